# Included by src/CMakeLists.txt: the one file that includes toml++ does so without exceptions and without its library.
# Its assertions are off: toml++ 3.3 asserts what its next lines check and report, so that "[" alone on a line would end
# the process. NDEBUG stays off too, because with it clang takes the same conditions for granted.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/toml_file.cpp PROPERTIES
  COMPILE_DEFINITIONS "TOML_EXCEPTIONS=0;TOML_HEADER_ONLY=1"
  COMPILE_OPTIONS "-UNDEBUG;-DTOML_ASSERT(condition)=static_cast<void>(0)")
