# What images/build-server adds to Debian's minimum. It prepares the folders java, errand and bin.
FROM errand/server-base
COPY java /opt/java
COPY errand /opt/errand
COPY bin /usr/local/bin
ENV LANG=C.UTF-8 PATH=/opt/java/bin:/usr/local/bin:/usr/bin:/bin
# Five JVMs start at once: what one loads and links is written down here, in the place that it runs.
RUN train
ENTRYPOINT ["java", "-XX:AOTCache=/opt/errand/errand.aot", "-XX:+UseSerialGC", "-Xss512k", \
  "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", \
  "-jar", "/opt/errand/quarkus-run.jar"]
CMD ["serve"]
