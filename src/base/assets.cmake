# Files that travel inside the program: page, styles, geodata. Each becomes bytes in the object
# (.incbin) and a row of the table that base/asset.h searches by name.
set(asset_files "")
file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
  geodata/*.json geodata/*.tsv styles/*.json)
list(APPEND asset_files ${found})
file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
  src/web/*.html src/web/*.css src/web/*.mjs src/web/*.json src/web/*.svg src/web/*.png src/web/fonts/*.txt)
list(FILTER found EXCLUDE REGEX "node_modules/|package(-lock)?\\.json$")
list(APPEND asset_files ${found})

if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/src/web/package-lock.json)
  set(web_modules ${CMAKE_CURRENT_SOURCE_DIR}/src/web/node_modules)
  if(NOT EXISTS ${web_modules}/.package-lock.json OR
     ${CMAKE_CURRENT_SOURCE_DIR}/src/web/package-lock.json IS_NEWER_THAN ${web_modules}/.package-lock.json)
    message(STATUS "Fetching the page's libraries (npm ci)")
    execute_process(COMMAND npm ci --no-fund --no-audit --loglevel=error
      WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/src/web COMMAND_ERROR_IS_FATAL ANY)
    file(TOUCH ${web_modules}/.package-lock.json)
  endif()
  # The list of what the page takes from its libraries stands beside the lockfile.
  file(STRINGS src/web/vendor.txt vendored REGEX "^[^#]")
  foreach(path IN LISTS vendored)
    list(APPEND asset_files src/web/node_modules/${path})
  endforeach()
endif()

# Tables of Chinese characters, made from what ICU and OpenCC know.
find_program(UCONV uconv REQUIRED)
find_program(OPENCC opencc REQUIRED)
set(made_assets ${CMAKE_CURRENT_BINARY_DIR}/made/geodata)
set(made_files ${made_assets}/pinyin.tsv ${made_assets}/simplified.tsv)
add_custom_command(OUTPUT ${made_files}
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/src/base/han_tables.sh ${made_assets}
  DEPENDS src/base/han_tables.sh VERBATIM)

# The font of maps and page, from the package: too large for the repository, and not for the program.
find_path(CJK_FONTS NotoSansCJK-Regular.ttc PATHS /usr/share/fonts /usr/local/share/fonts REQUIRED
  PATH_SUFFIXES opentype/noto noto-cjk noto google-noto-cjk DOC "Folder of NotoSansCJK-*.ttc (fonts-noto-cjk)")
add_executable(hotspot_font_face src/web/font_face.c)
target_link_libraries(hotspot_font_face PRIVATE PkgConfig::HARFBUZZ)
set(font_files "")
set(fonts ${CMAKE_CURRENT_BINARY_DIR}/made/fonts)
file(MAKE_DIRECTORY ${fonts})
foreach(weight IN ITEMS Regular Bold)
  set(face_Regular "Noto Sans CJK SC")
  set(face_Bold "Noto Sans CJK SC Bold")
  set(font ${fonts}/NotoSansCJKsc-${weight}.otf)
  add_custom_command(OUTPUT ${font}
    COMMAND hotspot_font_face ${CJK_FONTS}/NotoSansCJK-${weight}.ttc ${face_${weight}} ${font}
    DEPENDS hotspot_font_face ${CJK_FONTS}/NotoSansCJK-${weight}.ttc VERBATIM)
  list(APPEND font_files ${font})
endforeach()
add_custom_target(hotspot_made_assets DEPENDS ${made_files} ${font_files})

# A library TARGET of this KIND with the named files, relative to the source folder or below `made`, as the
# table of this name.
function(hotspot_embed target kind table_name)
  list(SORT ARGN)
  set(assembly "    .section .rodata\n")
  set(table "")
  set(externs "")
  set(wholes "")
  set(n 0)
  foreach(path IN LISTS ARGN)
    string(REGEX REPLACE "^src/web/node_modules/" "web/vendor/" name ${path})
    string(REGEX REPLACE "^src/web/" "web/" name ${name})
    string(REGEX REPLACE "^.*/made/" "" name ${name})
    cmake_path(ABSOLUTE_PATH path BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE whole)
    list(APPEND wholes ${whole})
    string(APPEND assembly "    .balign 16\n    .global ${table_name}_${n}, ${table_name}_${n}_end\n    .hidden ${table_name}_${n}, ${table_name}_${n}_end\n${table_name}_${n}:\n    .incbin \"${whole}\"\n${table_name}_${n}_end:\n    .byte 0\n")
    string(APPEND externs "extern const char ${table_name}_${n}[], ${table_name}_${n}_end[];\n")
    string(APPEND table "    {\"${name}\", ${table_name}_${n}, ${table_name}_${n}_end},\n")
    math(EXPR n "${n} + 1")
  endforeach()
  string(APPEND assembly "    .section .note.GNU-stack,\"\",%progbits\n")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${target})
  file(CONFIGURE OUTPUT ${source}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${source}.c CONTENT "#include \"base/asset.h\"\n${externs}const hs_asset_entry ${table_name}[] = {\n${table}    {0, 0, 0},\n};\n" @ONLY)
  set_source_files_properties(${source}.S PROPERTIES OBJECT_DEPENDS "${wholes}")
  add_library(${target} ${kind} ${source}.S ${source}.c)
  add_dependencies(${target} hotspot_made_assets)
  target_include_directories(${target} PRIVATE src include)
endfunction()

hotspot_embed(hotspot_assets OBJECT hs_asset_table ${asset_files} ${made_files})
# The library needs its data, not the page.
set(library_files ${asset_files})
list(FILTER library_files INCLUDE REGEX "^geodata/.*\\.(json|tsv)$")
hotspot_embed(hotspot_library_assets OBJECT hs_asset_table ${library_files} ${made_files})
# Linked only where a program refers to it.
hotspot_embed(hotspot_fonts STATIC hs_font_table ${font_files})
