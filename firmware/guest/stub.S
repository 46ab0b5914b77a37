# The guest's side of the built-in firmware: three entries that turn a call into `sc 1`. It is
# position-independent: VOF lies at 0 or wherever the client leaves room. Assembled bytes are in
# stub_bin.h; tests/firmware/stub.sh compares the two.
#
#   powerpc-linux-gnu-as -mregnames -many stub.S

        .text

# Offset 0: left free for what a client may read there; never executed.
        .org    0x100

# The client interface: r3 = argument array (IEEE 1275 PowerPC binding 5.2). r5 of a client.
ci_entry:
        mr      %r4, %r3
        lis     %r3, 0
        ori     %r3, %r3, 0xf005        # H_VOF_CLIENT
        sc      1
        blr

# RTAS, copied by instantiate-rtas: r3 = argument block. 20 bytes, the size that /rtas rtas-size
# tells.
rtas_entry:
        mr      %r4, %r3
        lis     %r3, 0
        ori     %r3, %r3, 0xf000        # H_RTAS
        sc      1
        blr

# Copied to the exception vectors while no client has put its own there (only when VOF lies at 0):
# tells the firmware, which shows the registers and goes back to its prompt.
vector:
        lis     %r3, 0
        ori     %r3, %r3, 0xf00e        # H_VOF_EXCEPTION
        sc      1
        b       .
vector_end:

# Where a client's link register points: returning is calling the service "exit". The array needs
# the absolute address of its name, so it is filled in here.
client_return:
        bcl     20, 31, 1f
1:      mflr    %r5
        addi    %r4, %r5, array - 1b
        addi    %r6, %r5, name - 1b
        stw     %r6, 0(%r4)
        lis     %r3, 0
        ori     %r3, %r3, 0xf005
        sc      1
2:      b       2b

array:  .long   0, 0, 0
name:   .asciz  "exit"
        .balign 4
stub_end:
