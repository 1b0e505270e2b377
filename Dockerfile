# The image of the injector: one bundled file, the two scripts that run in database pods, and Node. `npm run image` packs the same
# without a Docker engine.
FROM docker.io/library/node:24-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Not npm ci: it refuses a lock file that lacks the lint tools' optional packages for other platforms.
RUN npm install --no-save --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.ts scripts/bundle-plugins.ts scripts/licences.ts scripts/
COPY src src
RUN npm run build

FROM gcr.io/distroless/nodejs24-debian13:nonroot
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="galera-injector" \
      org.opencontainers.image.description="Label a pod galera=true and it becomes a node of a Galera cluster" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
# Freed memory goes back to the kernel: scripts/image-config.ts has the measurement.
ENV MALLOC_ARENA_MAX=1
ENV MALLOC_MMAP_THRESHOLD_=32768
ENV MALLOC_TRIM_THRESHOLD_=32768
COPY --from=build /build/dist/ /app/
COPY LICENSE /app/LICENSE
COPY --chmod=0755 agent/ /agent/
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/nodejs/bin/node", "/app/galera-injector.mjs"]
CMD ["serve"]
