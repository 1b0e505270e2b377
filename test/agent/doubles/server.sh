#!/usr/bin/env bash
# An entrypoint whose server runs until it is ended, and looks after no child.
exec "$REAL_SLEEP" 600
