#!/bin/sh
# Sets the limits of the pools of this project on the instance that DAGSTER_HOME names.
set -eu
dagster instance concurrency set 'warehouse' 2
