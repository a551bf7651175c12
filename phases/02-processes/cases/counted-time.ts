/**
 * A machine whose time is its instructions, 8 ns each, whatever the host does. Without real time an idle processor would
 * jump to its next timer while the disk still works, and the disk's time limits with it: it polls instead.
 */
export const countedTime = { icount: 'shift=3,sleep=off', append: 'idle=poll' };
