find_package(benchmark REQUIRED)
add_executable(text_bench text_bench.cc)
target_link_libraries(text_bench PRIVATE phiveil_text phiveil_flags benchmark::benchmark)
