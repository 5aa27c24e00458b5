# add_room(NAME [DEPENDS room...] [LIBRARIES target...])
#
# Makes the static library room_NAME from src/NAME/*.cpp and, from src/NAME/*_test.cpp, the test program
# NAME_test. A room links only the rooms it lists; tools/layers holds the order they may be listed in.
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  set(rooms ${ROOM_DEPENDS})
  list(TRANSFORM rooms PREPEND room_)
  if(sources)
    add_library(room_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(room_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(room_${name} ${scope} ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(room_${name} ${scope} ehlock_options ${rooms} ${ROOM_LIBRARIES})

  if(tests AND EHLOCK_TESTS)
    add_unit_tests(${name} room_${name} ${tests})
  endif()
endfunction()

# add_unit_tests(NAME library source...): the test program NAME_test and the test unit.NAME.
function(add_unit_tests name library)
  if(NOT TARGET unit_main)
    add_library(unit_main STATIC ${PROJECT_SOURCE_DIR}/test/unit_main.cpp)
    target_link_libraries(unit_main PRIVATE ehlock_options PUBLIC GTest::gmock)
  endif()
  add_executable(${name}_test ${ARGN})
  target_link_libraries(${name}_test PRIVATE ${library} unit_main)
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
  # One process for a room's tests: they share nothing but the process, and starting two thousand
  # processes costs more than the tests themselves.
  add_test(NAME unit.${name} COMMAND ${name}_test --gtest_brief=1)
  set_tests_properties(unit.${name} PROPERTIES TIMEOUT 300 LABELS unit
    ENVIRONMENT "EHLOCK_SOURCE=${CMAKE_SOURCE_DIR};EHLOCK_TEST_BIN=${CMAKE_BINARY_DIR}/test")
endfunction()
