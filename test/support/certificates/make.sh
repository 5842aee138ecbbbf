#!/bin/sh
# Makes the certificates of the tests anew. Their keys protect nothing.
set -eu
cd "$(dirname "$0")"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key.pem"; }
sign() { # name, subject alternative names, days
  key "$1"
  openssl req -new -key "$1.key.pem" -subj "/CN=$1" -out "$1.csr"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key.pem -extfile "$1.ext" -days "$3" -out "$1.pem"
  rm "$1.csr" "$1.ext"
}
key authority
openssl req -x509 -new -key authority.key.pem -subj '/CN=Test authority' -days 36500 -out authority.pem
sign receiver 'DNS:receiver.test,DNS:localhost,IP:127.0.0.1,IP:::1' 36499
sign other 'DNS:other.test' 36499
sign expired 'DNS:receiver.test,DNS:localhost,IP:127.0.0.1' -1
key selfsigned
openssl req -x509 -new -key selfsigned.key.pem -subj '/CN=receiver.test' -days 36500 \
  -addext 'subjectAltName=DNS:receiver.test,IP:127.0.0.1' -out selfsigned.pem
rm authority.key.pem
