//! Operator settings: a TOML file and `CLOUDCORRECT_*` variables.
