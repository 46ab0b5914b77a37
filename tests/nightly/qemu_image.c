/*
 * Many programs in one static ELF, and the two emulators that run it. Each program loads its registers, runs, and
 * stores what it left; two routines do the part that needs no scratch register. The address ranges are the same in
 * both, so that LR and every pointer are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bits.h"
#include "cpu/msr.h"
#include "tests/nightly/qemu_random.h"

#define CODE_AT 0x01000000u
#define PAGE_AT 0x02100000u /* what the data page is filled with */
#define STARTS_AT (PAGE_AT + DATA_LEN)
#define RESULTS_AT 0x03000000u
#define RAM (UINT64_C(128) << 20)
#define VECTORS_END 0x2000u
#define LEV_VECTOR 127 /* our own sc at the exception vectors */
#define FILE_HEADERS 4096u /* in front of the code, so that offset and address agree */
enum { SPR_VRSAVE = 256, SPR_XER = 1, SPR_LR = 8, SPR_CTR = 9 };

struct code {
    uint8_t *at;   /* host memory of CODE_AT on */
    uint32_t pc;
};

static void emit(struct code *c, uint32_t w)
{
    put_be32(c->at + (c->pc - CODE_AT), w);
    c->pc += 4;
}

static void emit_d(struct code *c, unsigned op, unsigned d, unsigned a, size_t imm)
{
    emit(c, op << 26 | d << 21 | a << 16 | ((uint32_t)imm & 0xffff));
}

static void emit_x(struct code *c, unsigned d, unsigned a, unsigned b, unsigned xo)
{
    emit(c, 31u << 26 | d << 21 | a << 16 | b << 11 | xo << 1);
}

static void emit_address(struct code *c, unsigned r, uint32_t v)
{
    emit_d(c, 15, r, 0, v >> 16);
    emit_d(c, 24, r, r, v);
}

static void emit_spr(struct code *c, bool to, unsigned spr, unsigned r)
{
    emit_x(c, r, spr & 31, spr >> 5, to ? 467 : 339);
}

static void emit_call(struct code *c, uint32_t to) { emit(c, 18u << 26 | ((to - c->pc) & 0x03fffffc) | 1); }

enum { ADDI = 14, LWZ = 32, STW = 36, LMW = 46, STMW = 47, LFD = 50, STFD = 54, LVX = 103, STVX = 231 };
#define AT(field) offsetof(struct image, field)

/* r3 to r5: from, to, count of bytes; AltiVec so that it is short */
static void emit_copy(struct code *c, uint32_t bytes)
{
    emit_d(c, ADDI, 6, 0, bytes / 16);
    emit_spr(c, true, SPR_CTR, 6);
    uint32_t loop = c->pc;
    emit_x(c, 0, 0, 3, LVX);
    emit_x(c, 0, 0, 4, STVX);
    emit_d(c, ADDI, 3, 3, 16);
    emit_d(c, ADDI, 4, 4, 16);
    emit(c, 16u << 26 | 16u << 21 | ((loop - c->pc) & 0xfffc)); /* bdnz */
}

/* r1: the start image. All but GPR, LR and CTR, and the data. */
static uint32_t emit_loader(struct code *c)
{
    uint32_t at = c->pc;
    emit_address(c, 3, PAGE_AT);
    emit_address(c, 4, DATA_AT - DATA_LEN / 2);
    emit_copy(c, DATA_LEN);
    emit_d(c, ADDI, 3, 1, AT(vscr));
    emit_x(c, 0, 0, 3, LVX);
    emit(c, 4u << 26 | 1604); /* mtvscr v0 */
    for (unsigned n = 0; n < 32; n++) {
        emit_d(c, ADDI, 3, 1, AT(vr[n]));
        emit_x(c, n, 0, 3, LVX);
    }
    emit_d(c, LFD, 0, 1, AT(fpscr));
    emit(c, 63u << 26 | 0xffu << 17 | 711u << 1); /* mtfsf 255,f0 */
    for (unsigned n = 0; n < 32; n++) emit_d(c, LFD, n, 1, AT(fpr[n]));
    emit_d(c, LWZ, 3, 1, AT(cr));
    emit(c, 31u << 26 | 3u << 21 | 0xffu << 12 | 144u << 1); /* mtcrf 255,r3 */
    emit_d(c, LWZ, 3, 1, AT(xer));
    emit_spr(c, true, SPR_XER, 3);
    emit(c, 0x4e800020); /* blr */
    return at;
}

/* r1: the result. The same the other way round. */
static uint32_t emit_saver(struct code *c)
{
    uint32_t at = c->pc;
    emit_x(c, 3, 0, 0, 19); /* mfcr */
    emit_d(c, STW, 3, 1, AT(cr));
    emit_spr(c, false, SPR_XER, 3);
    emit_d(c, STW, 3, 1, AT(xer));
    for (unsigned n = 0; n < 32; n++) emit_d(c, STFD, n, 1, AT(fpr[n]));
    emit(c, 63u << 26 | 583u << 1); /* mffs f0 */
    emit_d(c, STFD, 0, 1, AT(fpscr));
    for (unsigned n = 0; n < 32; n++) {
        emit_d(c, ADDI, 3, 1, AT(vr[n]));
        emit_x(c, n, 0, 3, STVX);
    }
    emit(c, 4u << 26 | 1540); /* mfvscr v0 */
    emit_d(c, ADDI, 3, 1, AT(vscr));
    emit_x(c, 0, 0, 3, STVX);
    emit_address(c, 3, DATA_AT - DATA_LEN / 2);
    emit_d(c, ADDI, 4, 1, offsetof(struct result, data));
    emit_copy(c, DATA_LEN);
    emit(c, 0x4e800020);
    return at;
}

static void emit_program(struct code *c, const struct program *p, unsigned n, uint32_t loader, uint32_t saver)
{
    uint32_t start = STARTS_AT + n * (uint32_t)sizeof(struct image);
    uint32_t result = RESULTS_AT + n * (uint32_t)sizeof(struct result);
    emit_address(c, 1, start);
    emit_call(c, loader);
    emit_d(c, LWZ, 0, 1, AT(lr));
    emit_spr(c, true, SPR_LR, 0);
    emit_d(c, LWZ, 0, 1, AT(ctr));
    emit_spr(c, true, SPR_CTR, 0);
    emit_d(c, LMW, 2, 1, AT(gpr[2]));
    emit_d(c, LWZ, 0, 1, AT(gpr[0]));
    emit_d(c, LWZ, 1, 1, AT(gpr[1]));
    for (unsigned i = 0; i < LENGTH; i++) emit(c, i < p->prefix ? p->word[i] : NOP);
    for (unsigned i = 0; i < SPARE; i++) emit(c, NOP);
    emit_spr(c, true, SPR_VRSAVE, 1);
    emit_address(c, 1, result);
    emit_d(c, STMW, 2, 1, AT(gpr[2]));
    emit_d(c, STW, 0, 1, AT(gpr[0]));
    emit_spr(c, false, SPR_VRSAVE, 0);
    emit_d(c, STW, 0, 1, AT(gpr[1]));
    emit_spr(c, false, SPR_LR, 0);
    emit_d(c, STW, 0, 1, AT(lr));
    emit_spr(c, false, SPR_CTR, 0);
    emit_d(c, STW, 0, 1, AT(ctr));
    emit_call(c, saver);
    emit_d(c, ADDI, 0, 0, n + 1);
    emit_d(c, STW, 0, 1, AT(done));
}

/* write(1, results); exit_group(0): Linux numbers. For us the first sc is the end. */
static void emit_end(struct code *c, unsigned n)
{
    emit_d(c, ADDI, 0, 0, 4);
    emit_d(c, ADDI, 3, 0, 1);
    emit_address(c, 4, RESULTS_AT);
    emit_address(c, 5, n * (uint32_t)sizeof(struct result));
    emit(c, 0x44000002);
    emit_d(c, ADDI, 0, 0, 234);
    emit_d(c, ADDI, 3, 0, 0);
    emit(c, 0x44000002);
}

/* ---- the ELF file: headers, then RAM from CODE_AT on ---- */

static void put_elf_header(uint8_t *h, uint32_t code_len, uint32_t starts_len, uint32_t results_len)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 1, 2, 1};
    enum { PHOFF = 52, PHSIZE = 32, RWX = 7, PT_LOAD = 1, PAGE = 4096 };
    uint32_t starts_off = (FILE_HEADERS + code_len + PAGE - 1) & ~(uint32_t)(PAGE - 1);
    const uint32_t segments[][4] = { /* offset, address, in the file, in memory */
        {FILE_HEADERS, CODE_AT, code_len, code_len},
        {0, DATA_AT - PAGE, 0, 2 * PAGE},
        {starts_off, PAGE_AT, starts_len, starts_len},
        {0, RESULTS_AT, 0, results_len},
    };
    memset(h, 0, FILE_HEADERS);
    memcpy(h, ident, sizeof ident);
    put_be16(h + 16, 2);  /* ET_EXEC */
    put_be16(h + 18, 20); /* EM_PPC */
    put_be32(h + 20, 1);
    put_be32(h + 28, PHOFF);
    put_be16(h + 40, PHOFF);
    put_be16(h + 42, PHSIZE);
    put_be16(h + 44, ARRAY_SIZE(segments));
    for (unsigned i = 0; i < ARRAY_SIZE(segments); i++) {
        uint8_t *p = h + PHOFF + PHSIZE * i;
        put_be32(p, PT_LOAD);
        put_be32(p + 4, segments[i][0]);
        put_be32(p + 8, segments[i][1]);
        put_be32(p + 12, segments[i][1]);
        put_be32(p + 16, segments[i][2]);
        put_be32(p + 20, segments[i][3]);
        put_be32(p + 24, RWX);
        put_be32(p + 28, PAGE);
    }
}

static bool write_elf(const struct rig *r, uint32_t entry, uint32_t end, unsigned n)
{
    uint8_t head[FILE_HEADERS];
    uint32_t code_len = end - CODE_AT;
    uint32_t starts_len = STARTS_AT - PAGE_AT + n * (uint32_t)sizeof(struct image);
    char path[96];
    put_elf_header(head, code_len, starts_len, n * (uint32_t)sizeof(struct result));
    put_be32(head + 24, entry);
    snprintf(path, sizeof path, "%s/program", r->dir);
    FILE *f = fopen(path, "wb");
    if (!f) return false;
    bool ok = fwrite(head, sizeof head, 1, f) == 1 && fwrite(r->b.ram + CODE_AT, code_len, 1, f) == 1 &&
              !fseek(f, (long)get_be32(head + 52 + 2 * 32 + 4), SEEK_SET) &&
              fwrite(r->b.ram + PAGE_AT, starts_len, 1, f) == 1 && !fchmod(fileno(f), 0755);
    return !fclose(f) && ok;
}

/* Everything into our RAM, which is also where the file is written from. Returns the program's entry. */
static uint32_t build(struct rig *r, const struct program *const *p, unsigned n, uint32_t *end)
{
    struct code c = {r->b.ram + CODE_AT, CODE_AT};
    memset(r->b.ram + RESULTS_AT, 0, n * sizeof(struct result));
    program_data(r->b.ram + PAGE_AT);
    uint32_t loader = emit_loader(&c), saver = emit_saver(&c), entry = c.pc;
    for (unsigned i = 0; i < n; i++) {
        memcpy(r->b.ram + STARTS_AT + i * sizeof(struct image), &p[i]->start, sizeof(struct image));
        emit_program(&c, p[i], i, loader, saver);
    }
    emit_end(&c, n);
    bus_code_changed(r->b.bus, CODE_AT, c.pc - CODE_AT);
    *end = c.pc;
    return entry;
}

/* ---- running ---- */

static bool on_sc(void *ctx, struct ppc_cpu *cpu, unsigned lev)
{
    struct rig *r = ctx;
    r->called = lev != LEV_VECTOR;
    ppc_kick(cpu);
    return true;
}

/* 0, or the vector of the exception that ended it. */
static uint32_t run_ours(struct rig *r, uint32_t entry, unsigned n)
{
    uint64_t most = ppc_insns(r->b.cpu) + n * UINT64_C(20000);
    bare_clear(&r->b, MSR_PR | MSR_FP | MSR_VEC | MSR_ME | MSR_RI);
    bare_set(&r->b, BARE_PC, 0, (struct value){0, entry});
    r->called = false;
    while (!r->called && ppc_insns(r->b.cpu) < most)
        if (ppc_run(r->b.cpu, 1000000) == PPC_STOP_KICK) break;
    return r->called ? 0 : (uint32_t)ppc_pc(r->b.cpu) | 1;
}

static void qemu_child(const struct rig *r)
{
    char path[96];
    snprintf(path, sizeof path, "%s/out", r->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int null = open("/dev/null", O_WRONLY);
    if (fd < 0 || null < 0 || dup2(fd, 1) < 0 || dup2(null, 2) < 0 || chdir(r->dir)) _exit(126);
    execlp(r->qemu, r->qemu, "-cpu", r->cpu, "./program", (char *)NULL);
    _exit(127);
}

/* 0, the signal that ended it, or -1 (a message is out). */
static int run_qemu(const struct rig *r)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) qemu_child(r);
    if (pid < 0 || waitpid(pid, &status, 0) != pid) return -1;
    if (WIFSIGNALED(status)) return WTERMSIG(status);
    if (WIFEXITED(status) && WEXITSTATUS(status) >= 128) return WEXITSTATUS(status) - 128;
    if (WIFEXITED(status) && !WEXITSTATUS(status)) return 0;
    fprintf(stderr, "qemu_random: %s -cpu %s cannot be run\n", r->qemu, r->cpu);
    return -1;
}

static bool read_results(const struct rig *r, struct outcome *const *out, unsigned n)
{
    char path[96];
    bool ok = true;
    snprintf(path, sizeof path, "%s/out", r->dir);
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    for (unsigned i = 0; i < n && ok; i++) ok = fread(&out[i]->qemu, sizeof out[i]->qemu, 1, f) == 1;
    fclose(f);
    if (!ok) fprintf(stderr, "qemu_random: %s: too short\n", path);
    return ok;
}

bool rig_run(struct rig *r, const struct program *const *p, struct outcome *const *out, unsigned n)
{
    uint32_t end, entry = build(r, p, n, &end);
    if (!write_elf(r, entry, end, n)) {
        fprintf(stderr, "qemu_random: %s/program: %s\n", r->dir, strerror(errno));
        return false;
    }
    int signal = run_qemu(r);
    if (signal < 0) return false;
    uint32_t vector = run_ours(r, entry, n);
    if ((vector || signal) && n > 1) /* one of them: which? */
        return rig_run(r, p, out, n / 2) && rig_run(r, p + n / 2, out + n / 2, n - n / 2);
    for (unsigned i = 0; i < n; i++) {
        memcpy(&out[i]->ours, r->b.ram + RESULTS_AT + i * sizeof(struct result), sizeof(struct result));
        out[i]->died = (signal ? QEMU_DIED : ALIVE) + (vector ? WE_DIED : ALIVE);
        out[i]->vector = vector & ~1u;
        out[i]->signal = signal;
    }
    return signal || read_results(r, out, n);
}

bool rig_open(struct rig *r, const char *qemu, const char *cpu)
{
    struct error err = {""};
    const struct ppc_model *model = ppc_model_find(cpu);
    *r = (struct rig){.qemu = qemu, .cpu = cpu, .dir = "/tmp/qemu_random.XXXXXX"};
    if (!model || bare_new(&r->b, model, PPC_GLUE_BEST, RAM, &err) || !mkdtemp(r->dir)) {
        fprintf(stderr, "qemu_random: %s\n", model ? err.text : "no such CPU");
        return false;
    }
    ppc_set_sc(r->b.cpu, on_sc, r);
    if (!bare_set_named(&r->b, "hid0", (struct value){0, 0xc000})) return false; /* caches on, as Linux has them */
    for (uint32_t v = 0x100; v < VECTORS_END; v += 0x20) put_be32(r->b.ram + v, 0x44000002 | LEV_VECTOR << 5);
    return true;
}

void rig_close(struct rig *r)
{
    char path[96];
    static const char *const files[] = {"program", "out"};
    for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
        snprintf(path, sizeof path, "%s/%s", r->dir, files[i]);
        remove(path);
    }
    rmdir(r->dir);
    bare_free(&r->b);
}
