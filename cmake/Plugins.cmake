# The file name is the registration: dir/x.c must define `const struct <kind>_ops <kind>_x`
# (a `-` in the file name is a `_` in the symbol).  No other file is edited to add one.
# A further argument FOLDERS registers dir/x/x.c instead; all dir/x/*.c are compiled.
function(faultline_plugins target kind header dir)
    if("FOLDERS" IN_LIST ARGN)
        file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${dir}/*/*.c)
        set(plugins "")
        foreach(source IN LISTS sources)
            cmake_path(GET source STEM stem)
            cmake_path(GET source PARENT_PATH parent)
            cmake_path(GET parent FILENAME folder)
            if(stem STREQUAL folder)
                list(APPEND plugins ${source})
            endif()
        endforeach()
    else()
        file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${dir}/*.c)
        set(plugins ${sources})
    endif()
    set(table_kind ${kind})
    set(table_header ${header})
    set(table_dir ${dir})
    set(table_externs "")
    set(table_entries "")
    foreach(source IN LISTS plugins)
        cmake_path(GET source STEM name)
        string(REPLACE "-" "_" symbol ${name})
        string(APPEND table_externs "extern const struct ${kind}_ops ${kind}_${symbol};\n")
        string(APPEND table_entries "    &${kind}_${symbol},\n")
    endforeach()
    configure_file(${PROJECT_SOURCE_DIR}/cmake/table.c.in ${kind}_table.c @ONLY)
    target_sources(${target} PRIVATE ${sources} ${CMAKE_CURRENT_BINARY_DIR}/${kind}_table.c)
endfunction()

# A program that loads policies from shared objects has all that these may call, and shows
# them nothing else.
function(faultline_exports target)
    set(list ${PROJECT_SOURCE_DIR}/cmake/policy-exports.list)
    file(STRINGS ${list} lines REGEX "^ +[a-z_]+;$")
    foreach(line IN LISTS lines)
        string(REGEX MATCH "[a-z_]+" symbol "${line}")
        if(symbol)
            target_link_options(${target} PRIVATE LINKER:-u,${symbol})
        endif()
    endforeach()
    target_link_options(${target} PRIVATE LINKER:--dynamic-list=${list})
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${list})
endfunction()

# Files that the program writes: NAME_texts.c has each of them as an array of its lines, ended
# by NULL, in `const char *const *const NAME_texts[]`.
function(faultline_texts target name)
    set(texts "")
    foreach(file IN LISTS ARGN)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        file(READ ${file} text)
        string(REPLACE "\\" "\\\\" text "${text}")
        string(REPLACE "\"" "\\\"" text "${text}")
        string(REPLACE "\n" "\\n\",\n    \"" text "${text}")
        string(APPEND texts "(const char *const[]){\n    \"${text}\", NULL},\n")
    endforeach()
    set(path ${CMAKE_CURRENT_BINARY_DIR}/${name}_texts.c)
    file(CONFIGURE OUTPUT ${path} @ONLY CONTENT
"/* Generated from ${ARGN}; see cmake/Plugins.cmake. */
#include <stddef.h>

extern const char *const *const ${name}_texts[];
const char *const *const ${name}_texts[] = {\n@texts@};
")
    target_sources(${target} PRIVATE ${path})
endfunction()
