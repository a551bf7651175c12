# How the libraries and programs of these tests are built: see userland/Makefile.
NEEDS_alpha := beta gamma
NEEDS_beta := delta
NEEDS_gamma := delta
LINK_gamma := -Wl,--hash-style=sysv
NEEDS_ring1 := ring2
LINK_ring2 := -Wl,--unresolved-symbols=ignore-all
LINK_versions := -Wl,--version-script=$(LINKING)/lib/versions.map
FLAGS_descriptors := -mtls-dialect=gnu2
FLAGS_fixed := -ftls-model=initial-exec
LINK_textual := -Wl,-z,notext
FLAGS_textual := -fno-pic
LINK_missing := -Wl,--unresolved-symbols=ignore-all
LINK_later := -Wl,--unresolved-symbols=ignore-all
LINK_first := -Wl,-Bsymbolic
NEEDS_loaded := alpha versions wide delta beta gamma
LINK_loaded := -Wl,-rpath,'$$ORIGIN/lib' -Wl,--enable-new-dtags -rdynamic
NEEDS_copied := wide
LINK_copied := -no-pie -Wl,-rpath,/usr/libexec/imposos-tests/05/lib -Wl,--disable-new-dtags
FLAGS_copied := -fno-pie
LINK_opening := -Wl,-rpath,'$$ORIGIN/lib' -rdynamic
NEEDS_opening := beta delta
LINK_sample := -Wl,--version-script=$(LINKING)/lib/sample.map -Wl,--hash-style=both
LINK_plain := -Wl,-z,pack-relative-relocs
NEEDS_lazy := many
LINK_racing := -Wl,-rpath,'$$ORIGIN/lib' -rdynamic
LINK_older := -Wl,--version-script=$(LINKING)/lib/older.map -Wl,-soname,libversions.so
