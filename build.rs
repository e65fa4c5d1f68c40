//! Rebuilds the crate when a migration is added: the compiler only notices changed ones. And packs
//! the relocations of the program, where that is asked for and the system can read them.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script by its environment")]

use std::env;
use std::process::Command;

/// Variable that asks for it. A packed program starts on no system whose glibc is older, and who
/// builds may run it elsewhere.
const ASKED: &str = "PACK_RELOCATIONS";

/// The first glibc that reads packed relocations.
const PACKING: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={ASKED}");
    // Some 100,000 of them, which each start reads: 40 KB instead of 2.6 MB.
    let is_asked = env::var(ASKED).is_ok_and(|value| value == "1");
    if is_asked && is_release_of_this_system() && glibc().is_some_and(|version| version >= PACKING)
    {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// `true` for the optimised program of the system that builds it.
fn is_release_of_this_system() -> bool {
    let of = |name| env::var(name).unwrap_or_default();
    of("PROFILE") == "release" && of("HOST") == of("TARGET") && of("CARGO_CFG_TARGET_ENV") == "gnu"
}

/// Version of the system's C library, as `glibc 2.36`.
fn glibc() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
