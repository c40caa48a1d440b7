# The pipeline under the emulator, as `npm start` runs it: for a machine of your own, not for AWS (docs/how-to/deploy.md).
FROM node:24-bookworm-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

# But for what .dockerignore names.
COPY . .

# A new volume takes over whose directory it is mounted on.
RUN mkdir /data && chown 1000:1000 /data
ENV DATA_DIR=/data
VOLUME /data

# `node`, by its number, so that it can be seen not to be root.
USER 1000
EXPOSE 3000

# Ctrl-C: what runs is finished and kept.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=32", "node_modules/serverless/bin/serverless.js", "offline", "start", "--host", "0.0.0.0", "--httpPort", "3000"]
