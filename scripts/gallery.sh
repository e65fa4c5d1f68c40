#!/usr/bin/env bash
# Renews the gallery of docs/pull-requests.md: what the stories of tests/it/gallery.rs post, and its pictures.

source "$(dirname "$0")/env.sh"

step 'comments'
# The last of the tests compares with the pictures, which are taken after them.
GALLERY=write scripts/test.sh 'gallery::' || true

step 'pictures'
for name in chromium chromium-browser google-chrome; do
    browser=$(command -v "$name") && break
done
NODE_PATH=$TEST_SERVERS/node_modules "$TEST_SERVERS/bin/node" scripts/gallery.js "$browser" docs/pull-requests

step 'comparison'
scripts/test.sh 'gallery::'
