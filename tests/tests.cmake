# Tests. Unit tests are Check programs, one a file; the others are scripts named in list files:
#   tests/*/tests.list   NAME LABEL TIMEOUT-SECONDS COMMAND...   (commands relative to tests/, run from
#   the source folder with PPCEMU and PPCEMU_BUILD in the environment)
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(CHECK QUIET IMPORTED_TARGET check)
endif()
find_library(MPFR_LIBRARY mpfr)
find_library(GMP_LIBRARY gmp)

if(CHECK_FOUND)
    file(GLOB UNIT_TESTS CONFIGURE_DEPENDS tests/unit/test_*.c tests/fuzz/fuzz_*.c)
    foreach(source ${UNIT_TESTS})
        get_filename_component(name ${source} NAME_WE)
        file(STRINGS ${source} wants_mpfr REGEX "#include <mpfr.h>" LIMIT_COUNT 1)
        if(wants_mpfr AND NOT (MPFR_LIBRARY AND GMP_LIBRARY))
            message(STATUS "${name}: libmpfr-dev not found: left out")
            continue()
        endif()
        add_executable(${name} ${source})
        target_link_libraries(${name} ppcemu-core PkgConfig::CHECK)
        if(wants_mpfr)
            target_link_libraries(${name} ${MPFR_LIBRARY} ${GMP_LIBRARY})
        endif()
        set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
        add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
        set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS unit)
    endforeach()
else()
    message(STATUS "Check: not found: no unit tests")
endif()

# tests/nightly/qemu.sh runs it
file(GLOB QEMU_SOURCES CONFIGURE_DEPENDS tests/nightly/qemu_*.c)
add_executable(qemu_random ${QEMU_SOURCES} frontend/test_cpu.c frontend/test_state.c
               $<TARGET_OBJECTS:ppcemu-test64>)
target_link_libraries(qemu_random ppcemu-core m)
set_target_properties(qemu_random PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

# A guest boots for seconds of CPU time, so these run one at a time.
file(GLOB TEST_LISTS CONFIGURE_DEPENDS tests/*/tests.list)
foreach(list ${TEST_LISTS})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
    file(STRINGS ${list} lines REGEX "^[^# ]")
    foreach(line ${lines})
        separate_arguments(field UNIX_COMMAND "${line}")
        list(POP_FRONT field name label seconds)
        list(POP_FRONT field program)
        add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tests/${program} ${field}
                 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
        set_tests_properties(${name} PROPERTIES TIMEOUT ${seconds} LABELS ${label} RUN_SERIAL ON
            SKIP_RETURN_CODE 77
            ENVIRONMENT "PPCEMU=$<TARGET_FILE:ppcemu>;PPCEMU_BUILD=${CMAKE_BINARY_DIR}")
    endforeach()
endforeach()
