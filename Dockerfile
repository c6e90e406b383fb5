# The gateway in two stages; the stage `dev` is also the image of the sandboxes in docker-compose.yml.
# To pin the base: `docker pull` it, take its digest from `docker images --digests`, and build with
# `--build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:<that digest>`.
ARG NODE_IMAGE=node:24-bookworm-slim
FROM ${NODE_IMAGE} AS dev
WORKDIR /app
COPY package.json package-lock.json ./
# The image brings node itself and the sandboxes need no PostgreSQL of their own: no install script has work to do.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npx tsc -p src/sandbox/tsconfig.json
# `npm run sandboxes` compiles again, and the sandboxes keep their state.
RUN mkdir .local && chown -R node:node .local build
USER node
ENV npm_config_update_notifier=false
CMD ["npm", "run", "sandboxes"]

FROM ${NODE_IMAGE} AS production
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 OPERATIONS_PORT=4001
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY migrations ./migrations
COPY --from=dev /app/dist ./dist
USER node
EXPOSE 4000 4001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPERATIONS_PORT}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# as `npm run serve`, without npm between the container and its signals
CMD ["node", "--max-semi-space-size=16", "--max-old-space-size=1024", "--enable-source-maps", "dist/main.js"]
