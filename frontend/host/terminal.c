/*
 * The controlling terminal and the signals that must leave it as it was found.
 *
 * This is the one place with a static object: a signal handler gets no context pointer, and a
 * process has one terminal however many machines it runs.
 */
#include "frontend/host/host.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "frontend/host/internal.h"

static struct {
    struct termios saved, raw;
    volatile sig_atomic_t is_raw;
    volatile sig_atomic_t quit_signal;
    struct host_char_loop *volatile loop;
    bool in_use, prepared;
} terminal;

/* A background job may not touch the terminal: its shell owns it. */
static bool in_foreground(void) { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

static void leave_raw(void)
{
    int kept = errno;
    if (terminal.is_raw && in_foreground()) tcsetattr(STDIN_FILENO, TCSANOW, &terminal.saved);
    errno = kept;
}

static void enter_raw(void)
{
    int kept = errno;
    if (terminal.is_raw && in_foreground()) tcsetattr(STDIN_FILENO, TCSANOW, &terminal.raw);
    errno = kept;
}

static void die_of(int sig)
{
    leave_raw();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void on_quit(int sig)
{
    if (terminal.quit_signal || !terminal.loop) {
        die_of(sig);
        return;
    }
    terminal.quit_signal = sig;
    host_loop_wake(terminal.loop);
}

static void on_stop(int sig)
{
    (void)sig;
    leave_raw();
    raise(SIGSTOP);
    enter_raw();
}

static void on_continue(int sig)
{
    (void)sig;
    enter_raw();
}

static void catch(int sig, void (*handler)(int), int flags)
{
    struct sigaction old, new = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&new.sa_mask);
    /* Ignored signals stay ignored (nohup), and a sanitizer's crash handler stays in place. */
    if (sigaction(sig, NULL, &old)) return;
    if (old.sa_handler != SIG_DFL && old.sa_handler != die_of) return;
    sigaction(sig, &new, NULL);
}

void host_signals_install(struct host_char_loop *loop)
{
    terminal.loop = loop;
    terminal.quit_signal = 0;
    catch(SIGINT, on_quit, 0); /* no SA_RESTART: a blocking write must end */
    catch(SIGTERM, on_quit, 0);
    catch(SIGHUP, on_quit, 0);
}

void host_signals_forget(struct host_char_loop *loop)
{
    if (terminal.loop == loop) terminal.loop = NULL;
}

int host_signals_take(struct host_char_loop *loop)
{
    if (terminal.loop != loop || !terminal.quit_signal) return 0;
    int sig = terminal.quit_signal;
    terminal.quit_signal = 0;
    return sig;
}

static void prepare_once(void)
{
    static const int fatal[] = {SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    if (terminal.prepared) return;
    terminal.prepared = true;
    atexit(host_terminal_restore);
    catch(SIGTSTP, on_stop, SA_RESTART);
    catch(SIGCONT, on_continue, SA_RESTART);
    for (size_t i = 0; i < ARRAY_SIZE(fatal); i++) catch(fatal[i], die_of, SA_RESETHAND);
    catch(SIGINT, die_of, 0); /* until host_signals_install */
}

int host_terminal_raw(bool signals, struct error *err)
{
    if (terminal.in_use) {
        return error_set(err, EBUSY,
                         "standard input and output are already used by another device");
    }
    terminal.in_use = true;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal.saved)) return 0;
    terminal.raw = terminal.saved;
    /* Output processing stays on, so that a bare line feed of ours still returns the carriage. */
    terminal.raw.c_iflag &=
        ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    terminal.raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
    if (!signals) terminal.raw.c_lflag &= ~(tcflag_t)ISIG;
    terminal.raw.c_cflag = (terminal.raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    terminal.raw.c_cc[VMIN] = 1;
    terminal.raw.c_cc[VTIME] = 0;
    prepare_once();
    terminal.is_raw = 1;
    enter_raw();
    return 0;
}

void host_terminal_restore(void)
{
    leave_raw();
    terminal.is_raw = 0;
    terminal.in_use = false;
}
