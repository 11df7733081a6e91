# Frontdesk in a container: build with `docker build -t frontdesk .`, run with
#   docker run -p 8080:8080 -v frontdesk-data:/desk/data -v ./config:/desk/config:ro frontdesk
# `npm run dockerfile` carries out these steps where there is no container engine.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No install scripts: the only one fetches a Node for machines with an older one; better-sqlite3 brings its binaries.
# `npm ci` would refuse a platform whose optional packages the lock file does not name; install keeps to the lock, too.
RUN npm install --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY adapters ./adapters
COPY config ./config
RUN node scripts/build.ts \
 && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /desk --shell /usr/sbin/nologin frontdesk \
 && install -d -o frontdesk -g frontdesk /desk/config /desk/data
WORKDIR /opt/frontdesk
COPY package.json LICENSE CHANGELOG.md ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY scripts/frontdesk.js ./scripts/frontdesk.js
# The shipped configuration, until one is mounted over it. A container's own loopback is reached by nobody, so this one
# listens on all its addresses; which of them the world can reach is decided where the port is published.
COPY config /desk/config
RUN sed -i 's/^  host: 127\.0\.0\.1$/  host: 0.0.0.0/' /desk/config/frontdesk.yaml \
 && ln -s /opt/frontdesk/scripts/frontdesk.js /usr/local/bin/frontdesk
WORKDIR /desk
USER frontdesk
VOLUME /desk/data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["frontdesk", "start"]
