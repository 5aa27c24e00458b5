# add_program(NAME DESTINATION folder LIBRARIES target...)
#
# A program of several folders of parts. The parts are a library, so that tests may link them: NAME_test is made of the
# *_test.cpp among them.
function(add_program name)
  cmake_parse_arguments(PROGRAM "" "DESTINATION" "LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  add_library(${name}_parts STATIC ${sources})
  target_link_libraries(${name}_parts PUBLIC ${PROGRAM_LIBRARIES})

  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE ${name}_parts)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${PROGRAM_DESTINATION})
  if(EHLOCK_TESTS)
    add_unit_tests(${name} ${name}_parts ${tests})
  endif()
endfunction()
