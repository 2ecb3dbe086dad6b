# What `cmake --install` puts where: the program, its manual and presets, and the library
# with its headers for programs and plug-ins that are built outside this tree.  Includes are
# written as in this tree: "base/error.h" lies in include/faultline/base.
include(CMakePackageConfigHelpers)

install(TARGETS faultline libfaultline EXPORT faultline-targets)
install(DIRECTORY sim/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/faultline
        FILES_MATCHING PATTERN *.h PATTERN cli EXCLUDE)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN *.h)
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/faultline)
install(FILES docs/faultline.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# For CMake: find_package(faultline), then link faultline::libfaultline; or for a policy
# find_package(faultline COMPONENTS plugin), which needs no library, and faultline::plugin.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/faultline)
install(TARGETS faultline_plugin EXPORT faultline-plugin-targets)
install(EXPORT faultline-plugin-targets NAMESPACE faultline:: DESTINATION ${package_dir})
install(EXPORT faultline-targets NAMESPACE faultline:: DESTINATION ${package_dir})
configure_package_config_file(cmake/faultline-config.cmake.in faultline-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(faultline-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/faultline-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/faultline-config-version.cmake
        DESTINATION ${package_dir})

# For everything else: pkg-config --cflags --libs faultline, or --cflags faultline-plugin.  The prefix is written relative
# to the file, so that an installed tree may be moved.
set(pc_dir ${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_prefix ${pc_dir} ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/faultline.pc.in faultline.pc @ONLY)
configure_file(cmake/faultline-plugin.pc.in faultline-plugin.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/faultline.pc
              ${CMAKE_CURRENT_BINARY_DIR}/faultline-plugin.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
