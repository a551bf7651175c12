/* The builtins' functions. */
#ifndef SH_BUILTINS_H
#define SH_BUILTINS_H

#include "sh.h"

int builtin_cd(int argc, char **argv);
int builtin_export(int argc, char **argv);
int builtin_getopts(int argc, char **argv);
int builtin_local(int argc, char **argv);
int builtin_pwd(int argc, char **argv);
int builtin_read(int argc, char **argv);
int builtin_set(int argc, char **argv);
int builtin_shift(int argc, char **argv);
int builtin_unset(int argc, char **argv);
/* A number that is not negative, or an error. */
int number_argument(const char *who, const char *text);
/* Runs a script; closes fd. */
int run_file(int fd);

#endif
