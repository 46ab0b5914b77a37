# Entry of the demo guest: r5 = client interface (IEEE 1275 PowerPC binding 8.2.1). It brings a
# stack of its own and calls main(client_interface).

        .section .text.start, "ax"
        .globl  _start
_start:
        lis     %r1, stack_top@ha
        addi    %r1, %r1, stack_top@l
        li      %r0, 0
        stwu    %r0, -16(%r1)           # end of the back chain
        mr      %r3, %r5
        bl      main
1:      b       1b                      # main leaves by the service "exit"

# uint32_t mips_loop(uint32_t seed, uint32_t count): `count` rounds of xorshift32 in exactly 7
# instructions each. The result tells the caller whether each of them did what it should.
        .text
        .globl  mips_loop
mips_loop:
        mtctr   %r4
1:      slwi    %r0, %r3, 13
        xor     %r3, %r3, %r0
        srwi    %r0, %r3, 17
        xor     %r3, %r3, %r0
        slwi    %r0, %r3, 5
        xor     %r3, %r3, %r0
        bdnz    1b
        blr

# uint32_t msr_set(uint32_t bits): switches bits of the machine state register on.
        .globl  msr_set
msr_set:
        mfmsr   %r0
        or      %r0, %r0, %r3
        mtmsr   %r0
        isync
        blr

# What gcc -Os calls to leave a function: r11 is the caller's stack pointer, the registers lie right
# below it, LR at 4(r11) (System V ABI, PowerPC supplement: restore functions).
        .irp    n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        .globl  _restgpr_\n\()_x
_restgpr_\n\()_x:
        lwz     \n, (\n - 32) * 4(%r11)
        .endr
        lwz     %r0, 4(%r11)
        mtlr    %r0
        mr      %r1, %r11
        blr

        .section .note.GNU-stack, "", @progbits

        .bss
        .balign 16
        .space  16384
stack_top:
