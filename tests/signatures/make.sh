#!/usr/bin/env bash
# Makes what the tests of `signature` read, once, with OpenSSH and GnuPG: keys of nobody, and signatures over `commit`,
# which is a commit as Git signs it. Its committer's clock shows 1700000000, 2023-11-14 22:13:20 UTC. Private keys are
# thrown away, but for those of `bound`, of which a test makes certificates that GnuPG would not make.

set -euo pipefail
cd "$(dirname "$0")"
rm -f -- *.sig *.asc *.pub *.gpg
keys=$(mktemp -d)
trap 'gpgconf --homedir "$keys/gnupg" --kill all; rm -rf "$keys"' EXIT

cat >commit <<'END'
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ada <ada@example.com> 1700000000 +0100
committer Ada <ada@example.com> 1700000000 +0100

Tighten storage
END

# OpenSSH

new() {
    ssh-keygen -q -N '' -C "" -f "$keys/$1" "${@:2}"
    cp "$keys/$1.pub" "$1.pub"
}
sign() {
    ssh-keygen -q -Y sign -f "$keys/$2" "${@:3}" <commit >"$1.sig"
}
new ed25519 -t ed25519
new ecdsa256 -t ecdsa -b 256
new ecdsa384 -t ecdsa -b 384
new ecdsa521 -t ecdsa -b 521
new rsa -t rsa -b 2048
new rsa1024 -t rsa -b 1024
new stranger -t ed25519
for kind in ed25519 ecdsa256 ecdsa384 ecdsa521 rsa rsa1024 stranger; do
    sign "$kind" "$kind" -n git
done
sign ed25519-sha256 ed25519 -n git -O hashalg=sha256
sign rsa-sha256 rsa -n git -O hashalg=sha256
sign ed25519-file ed25519 -n file
# A certificate of an authority, which signs in the place of the key.
new authority -t ed25519
ssh-keygen -q -s "$keys/authority" -I ada -n ada@example.com "$keys/ed25519.pub"
cp "$keys/ed25519-cert.pub" ed25519-cert.pub
cp "$keys/ed25519" "$keys/certified"
cp "$keys/ed25519-cert.pub" "$keys/certified.pub"
sign ed25519-cert certified -n git

# GnuPG, whose clock stands at 2023-11-14 12:00 UTC for keys and at the commit's for signatures

export GNUPGHOME=$keys/gnupg
mkdir -m 700 "$GNUPGHOME"
at() {
    gpg --quiet --batch --no-tty --pinentry-mode loopback --passphrase '' --faked-system-time "$1" "${@:2}" 2>>"$keys/log" || {
        cat "$keys/log" >&2
        return 1
    }
}
made=20231114T120000
signed=20231114T221320
fingerprint() {
    gpg --batch --with-colons --list-keys "$1" 2>/dev/null | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | sed -n "${2:-1}p"
}
user() {
    at "$made" --quick-generate-key "$1 <$1@example.com>" "$2" "$3" "${4:-never}"
}
detach() {
    at "$signed" --local-user "$2!" "${@:3}" --armor --detach-sign --output "$1.sig" commit
}
export_as() {
    at "$signed" --armor --export "$2" >"$1.asc"
}
user rsa rsa2048 sign
user subkey ed25519 cert
at "$made" --quick-add-key "$(fingerprint subkey)" ed25519 sign never
at "$made" --quick-add-key "$(fingerprint subkey)" cv25519 encrypt never
user p384 nistp384 sign
user brief ed25519 sign 2023-12-01
user gone ed25519 sign
user oldsub ed25519 cert
at "$made" --quick-add-key "$(fingerprint oldsub)" ed25519 sign 2023-12-01
user lostsub ed25519 cert
at "$made" --quick-add-key "$(fingerprint lostsub)" ed25519 sign never
user tiny rsa1024 sign
user unknown ed25519 sign
for name in rsa p384 brief gone tiny unknown; do
    detach "gpg-$name" "$(fingerprint "$name")"
done
for name in subkey oldsub lostsub; do
    detach "gpg-$name" "$(fingerprint "$name" 2)"
done
detach gpg-rsa-sha1 "$(fingerprint rsa)" --digest-algo SHA1 --allow-weak-digest-algos
detach gpg-rsa-text "$(fingerprint rsa)" --textmode
detach gpg-rsa-brief "$(fingerprint rsa)" --default-sig-expire 2023-12-01
detach gpg-rsa-notation "$(fingerprint rsa)" --sig-notation '!demand@example.com=yes'
for name in rsa subkey p384 brief oldsub tiny unknown; do
    export_as "gpg-$name" "$name"
done
# Before and after they are revoked.
export_as gpg-gone gone
sed -e 's/^:-----BEGIN/-----BEGIN/' "$GNUPGHOME/openpgp-revocs.d/$(fingerprint gone).rev" >"$keys/revocation"
at "$signed" --import "$keys/revocation"
export_as gpg-gone-revoked gone
printf 'key %s\nrevkey\ny\n0\n\ny\nsave\n' "$(fingerprint lostsub 2)" |
    at "$signed" --command-fd 0 --no-batch --edit-key "$(fingerprint lostsub)"
export_as gpg-lostsub-revoked lostsub
# More than one key in a file, armored block behind armored block, and binary.
cat gpg-rsa.asc gpg-subkey.asc >gpg-both.asc
at "$signed" --export rsa subkey >gpg-both.gpg
user bound ed25519 cert
at "$made" --quick-add-key "$(fingerprint bound)" ed25519 sign never
export_as gpg-bound bound
at "$signed" --armor --export-secret-keys bound >gpg-bound.secret.asc
ls
