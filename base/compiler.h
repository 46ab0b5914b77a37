/*
 * Compiler attributes, each with who supports it. Everything GNU-specific goes through here or
 * through cpu/exec.h, so that a third compiler needs two files looked at.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#if defined(PPC_COVERAGE) && !defined(__OPTIMIZE__) /* each function once, so that gcov counts it once */
#define ALWAYS_INLINE inline
#else
#define ALWAYS_INLINE inline __attribute__((always_inline)) /* gcc, clang */
#endif
#define NOINLINE __attribute__((noinline))                  /* gcc, clang */
#define COLD __attribute__((cold, noinline))                /* gcc, clang */
#define MUST_CHECK __attribute__((warn_unused_result))      /* gcc, clang */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Lets the optimiser use a fact that the decoder has established. */
#if defined(PPC_COVERAGE) && !defined(__OPTIMIZE__) /* no branch that cannot be taken */
#define ASSUME(x) ((void)sizeof(!(x)))
#else
#define ASSUME(x)                                                                                  \
    do {                                                                                           \
        if (!(x)) __builtin_unreachable();                                                         \
    } while (0)
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The struct of type `type` whose member `member` is at `ptr`. */
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

#endif
