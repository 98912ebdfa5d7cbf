#!/usr/bin/env bash
# The installed library: headers, pkg-config file, static and shared, from a program that knows nothing else.
set -euo pipefail
build=$(dirname "$HOTSPOTD")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" --prefix "$folder/usr" >/dev/null
export PKG_CONFIG_PATH=$(find "$folder/usr" -name pkgconfig)
libdir=$(pkg-config --variable=libdir hotspot)
flags=$(grep -o 'HOTSPOT_SANITIZE:STRING=.*' "$build/CMakeCache.txt" | cut -d= -f2)
sanitize=${flags:+-fsanitize=$flags}
source=$SOURCE_DIR/tests/system/embed.c

expected='community 002, segment 0
1 found: interpolated
one incident at the peak: 10.610 per km2'

# 3 / (pi 0.3^2) = 10.610 incidents per km2.
cc -std=c17 -Wall -Wextra -Werror $sanitize "$source" -o "$folder/shared" $(pkg-config --cflags --libs hotspot)
diff <(LD_LIBRARY_PATH=$libdir "$folder/shared") <(echo "$expected")
cc -std=c17 $sanitize "$source" -o "$folder/static" $(pkg-config --cflags hotspot) "$libdir/libhotspot.a" \
    $(pkg-config --print-requires-private hotspot | xargs pkg-config --libs) -lm -pthread
diff <("$folder/static") <(echo "$expected")
# Nothing but hs_ leaves the shared library.
! nm -D --defined-only "$libdir/libhotspot.so" | awk '{ print $3 }' | grep -v '^hs_' | grep -q . ||
    { nm -D --defined-only "$libdir/libhotspot.so" | grep -v ' hs_'; exit 1; }
# Every public header stands alone, in C and in C++.
for header in "$folder"/usr/include/hotspot/*.h; do
    echo "#include <hotspot/$(basename "$header")>" | cc -std=c17 -Wall -Werror -fsyntax-only -I"$folder/usr/include" -x c -
done
echo "the installed library works"
