# add_helper(NAME source... LIBRARIES target...)
#
# A program that is started for each connection. With EHLOCK_STATIC_HELPERS it needs no shared library but libc: what the
# dynamic linker does for OpenSSL, libstdc++ and libfmt would be a third of the cost of a session. Not libc itself: a
# static one cannot look up accounts and hosts.
if(EHLOCK_STATIC_HELPERS)
  add_library(fmt_static STATIC ${CMAKE_SOURCE_DIR}/cmake/fmt_static.cpp)
  target_compile_definitions(fmt_static PRIVATE "FMT_STATIC_THOUSANDS_SEPARATOR=','")
endif()

function(add_helper name)
  cmake_parse_arguments(HELPER "" "" "LIBRARIES" ${ARGN})
  add_executable(${name} ${HELPER_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${HELPER_LIBRARIES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  if(EHLOCK_STATIC_HELPERS)
    set_target_properties(${name} PROPERTIES EHLOCK_STATIC ON)
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,-z,pack-relative-relocs)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()
