#!/bin/sh
# Writes tables over the CJK Unified Ideographs (U+3400 to U+9FFF) into FOLDER, from the data of ICU and OpenCC:
#   pinyin.tsv      a character and its first reading, without tone, ü as v
#   simplified.tsv  a traditional character and its simplified form, where they differ
# usage: han_tables.sh FOLDER
set -eu
folder=$1
tab=$(printf '\t')
mkdir -p "$folder"
printf '\\u%X\n' $(seq 13312 40959) | uconv -t UTF-8 -x 'Hex-Any' >"$folder/han.txt"
uconv -f UTF-8 -t UTF-8 -x '::Han-Latin; ::NFD; u\u0308 > v; ::NFC; ::Latin-ASCII;' \
    "$folder/han.txt" >"$folder/latin.txt"
opencc -c t2s.json -i "$folder/han.txt" -o "$folder/simple.txt"
paste "$folder/han.txt" "$folder/latin.txt" | LC_ALL=C grep "${tab}[a-z][a-z]*\$" >"$folder/pinyin.tsv"
paste "$folder/han.txt" "$folder/simple.txt" | awk -F "$tab" '$1 != $2' >"$folder/simplified.tsv"
rm "$folder/han.txt" "$folder/latin.txt" "$folder/simple.txt"
# Other versions of both know more characters, never so few.
[ "$(wc -l <"$folder/pinyin.tsv")" -ge 20000 ] && [ "$(wc -l <"$folder/simplified.tsv")" -ge 3000 ] || {
    echo "han_tables.sh: ICU or OpenCC gave fewer characters than they should" >&2
    exit 1
}
