/* What the parts of execution share. All execute_*() return the status and leave it in `status`. */
#ifndef SH_EXECUTE_H
#define SH_EXECUTE_H

struct arena;
struct node;

/* Arena of the tree being executed, for functions defined in it. */
extern struct arena *tree_arena;

/* set -e: ends the shell when a command failed that nobody tests. */
void check_errexit(int flags);
int execute_simple(struct node *node, int flags);
/* Any but simple commands, pipes, lists and subshells. */
int execute_compound(struct node *node, int flags);

#endif
