# The programs that only tests and benches need; the top CMakeLists.txt includes
# this unless PARLEY_TESTS is off.
pkg_check_modules(CUNIT REQUIRED IMPORTED_TARGET cunit)
# The unit test compares our G.722 with it.
pkg_check_modules(AVCODEC REQUIRED IMPORTED_TARGET libavcodec libavutil)

# Unit tests: a program a room, whose name says it; every test_*.c registers
# itself. What several rooms' tests build upon is their part's world.
enable_testing()
set_source_files_properties(tests/unit/failing.c PROPERTIES
	COMPILE_OPTIONS "-fno-sanitize=all;-fno-builtin")
# Those that take longest begin, so that none of them is left alone at the end.
set(long mixer_leg mixer_net signaling_conference mixer_server
	focus_conference signaling_session) # the longest last
foreach(part mixer focus signaling)
	set(top_mixer mixer_server)
	set(top_focus focus_command)
	set(top_signaling signaling_conference)
	file(GLOB worlds CONFIGURE_DEPENDS tests/unit/${part}/world/*.c)
	add_library(world_${part} STATIC ${worlds})
	target_link_libraries(world_${part} PUBLIC parley_${top_${part}}
		PkgConfig::CUNIT)
	file(GLOB rooms RELATIVE ${CMAKE_SOURCE_DIR}/tests/unit/${part}
		CONFIGURE_DEPENDS tests/unit/${part}/*)
	list(REMOVE_ITEM rooms world)
	foreach(room ${rooms})
		file(GLOB tests CONFIGURE_DEPENDS tests/unit/${part}/${room}/*.c)
		set(name unit_${part}_${room})
		add_executable(${name} tests/unit/main.c
			tests/unit/descriptors.c tests/unit/failing.c
			tests/unit/pace.c tests/unit/said.c ${tests})
		if(NOT name STREQUAL "unit_mixer_base") # it tests the clock
			target_sources(${name} PRIVATE tests/unit/clock.c)
		endif()
		target_link_libraries(${name} world_${part}
			parley_${part}_${room} PkgConfig::CUNIT)
		# These mostly wait for timers: a suite (a test_*.c) each. A
		# share of nothing would fail.
		set(shares 1)
		if(NOT part STREQUAL "mixer")
			list(FILTER tests INCLUDE REGEX "/test_[^/]*$")
			list(LENGTH tests shares)
		endif()
		foreach(share RANGE 1 ${shares})
			add_test(NAME ${name}_${share}
				COMMAND ${name} ${share}/${shares}
				WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
			list(FIND long ${part}_${room} cost)
			set_tests_properties(${name}_${share} PROPERTIES
				COST ${cost})
		endforeach()
	endforeach()
endforeach()
target_link_libraries(unit_mixer_audio PkgConfig::AVCODEC)
# Its test counts the calls.
target_link_options(unit_signaling_transport PRIVATE
	-Wl,--wrap=sip_lines_parse)
target_link_libraries(world_signaling PUBLIC world_focus) # its slow judge
# A wall clock that end-to-end tests set wrong
add_library(wall_clock MODULE tests/lib/wall_clock.c)
set_target_properties(wall_clock PROPERTIES PREFIX ""
	LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

# Fuzz targets: with clang a libFuzzer program, else a replay of the corpus.
set(everything parley_mixer_server parley_signaling_conference
	parley_signaling_control)
file(GLOB fuzzers CONFIGURE_DEPENDS tests/fuzz/fuzz_*.c)
foreach(file ${fuzzers})
	get_filename_component(name ${file} NAME_WE)
	string(REPLACE fuzz_ "" corpus ${name})
	if(PARLEY_FUZZ)
		add_executable(${name} ${file})
		target_link_options(${name} PRIVATE -fsanitize=fuzzer)
	else()
		add_executable(${name} ${file} tests/fuzz/replay.c)
		add_test(NAME ${name}
			COMMAND ${name}
			${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${corpus}
			WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	endif()
	target_link_libraries(${name} ${everything})
endforeach()

# Load generator and kernels' benchmarks.
file(GLOB load CONFIGURE_DEPENDS tests/bench/load_*.c)
file(GLOB benches CONFIGURE_DEPENDS tests/bench/bench_*.c)
foreach(file ${benches})
	get_filename_component(name ${file} NAME_WE)
	add_executable(${name} ${file})
	if(name MATCHES "_load$")
		target_sources(${name} PRIVATE ${load})
	endif()
	if(name MATCHES "video")
		target_sources(${name} PRIVATE tests/bench/scene.c)
	endif()
	target_link_libraries(${name} ${everything})
endforeach()
