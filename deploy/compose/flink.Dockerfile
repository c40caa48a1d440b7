# Flink with the job of deploy/flink in it: docker build --file deploy/compose/flink.Dockerfile deploy/flink

FROM maven:3.9.11-eclipse-temurin-17 AS job
WORKDIR /job
COPY pom.xml ./
COPY src src
RUN --mount=type=cache,target=/root/.m2 mvn --batch-mode --quiet -DskipTests package

FROM flink:2.2.1-java17
COPY --from=job /job/target/aggregate-job.jar /opt/flink/usrlib/
# A new volume takes the owner of the directory that it is mounted on.
RUN mkdir /checkpoints && chown 9999:9999 /checkpoints
# `flink`, by its number: `runAsNonRoot` cannot tell from a name that it is not root.
USER 9999
