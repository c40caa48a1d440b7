# Two images from one file:
# - `laptop`, the default: the pipeline under the emulator, as `npm start` runs it (docs/how-to/run-in-a-container.md);
# - `cluster`: the roles and commands of the cluster form (docs/how-to/run-the-cluster-with-compose.md).
# Neither is for AWS (docs/how-to/deploy.md).

FROM node:24.21.0-bookworm-slim AS cluster

ENV NODE_ENV=production
WORKDIR /app

# The emulator is only for the laptop.
COPY package.json package-lock.json ./
COPY self-hosted/package.json self-hosted/package-lock.json self-hosted/
RUN --mount=type=cache,target=/root/.npm \
  npm ci --omit=dev --no-audit --no-fund \
  && npm uninstall --no-save --omit=dev --no-audit --no-fund serverless serverless-offline \
  && npm ci --prefix self-hosted --omit=dev --no-audit --no-fund

# Except what .dockerignore names.
COPY . .

# A new volume takes the owner of the directory that it is mounted on. The command `api-keys` writes to this one.
RUN mkdir /keys && chown 1000:1000 /keys

# `node`, by its number: `runAsNonRoot` cannot tell from a name that it is not root.
USER 1000
# Requests, and the internal port.
EXPOSE 8080 8081

# The internal port also answers on the loopback address when it listens on all.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT || 8081}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Another command runs one role: `node self-hosted/main.ts api`.
CMD ["node", "self-hosted/main.ts", "all"]


FROM node:24.21.0-bookworm-slim AS laptop

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

# Except what .dockerignore names.
COPY . .

# A new volume takes the owner of the directory that it is mounted on.
RUN mkdir /data && chown 1000:1000 /data
ENV DATA_DIR=/data
VOLUME /data

# `node`, by its number: `runAsNonRoot` cannot tell from a name that it is not root.
USER 1000
EXPOSE 3000

# Ctrl-C: what runs is finished and kept.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=32", "node_modules/serverless/bin/serverless.js", "offline", "start", "--host", "0.0.0.0", "--httpPort", "3000"]
