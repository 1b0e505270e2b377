#!/usr/bin/env bash
# The image's entrypoint: notes how it was called and ends.
printf '%s\n' "$@" >"$TEST_RECORD.arguments"
env -0 >"$TEST_RECORD.environment"
