/*
 * The lock order. A lock may be taken only while every lock already held by this task (or interrupt) has a lower
 * rank; two of one rank only by the _nested() calls, in the order that the lock's owner documents. Debug builds
 * check each acquisition and report `BUG: lock order`. Sleeping locks stand before spinning ones.
 */
#ifndef CORE_LOCKRANK_H
#define CORE_LOCKRANK_H

enum lock_rank {
	RANK_UNCHECKED = 0,	/* its order is documented where it is declared */
	/* sleeping */
	RANK_DRIVER_MODEL = 8,	/* binding of devices and drivers: probes do anything */
	RANK_LOOP,		/* binding of loop devices to files */
	RANK_MOUNT = 10,	/* superblocks: mounting and unmounting a filesystem */
	RANK_MOUNT_BDEV,	/* one filesystem a device: looked up, made */
	RANK_SUPER,		/* the list of superblocks; a superblock's coming and going */
	RANK_RENAME,		/* one rename at a time per superblock */
	RANK_TTY_OUTER,		/* tty open, close, hangup */
	RANK_FILE_POS,		/* file->pos */
	RANK_SEQ_FILE,		/* a generated file's buffer; its iterator takes what it shows */
	RANK_SOCKET_BIND,	/* one bind(2) of a socket at a time; makes its name in the tree */
	RANK_MOUNT_TREE,	/* who is mounted where */
	RANK_EXEC,		/* credentials and mm exchange in exec and ptrace */
	RANK_PIPE,		/* pipe contents */
	RANK_SOCKET_READ,	/* one reader of a socket's queue at a time; splice reads with a pipe locked */
	RANK_INODE_DIR,		/* inode->rwsem of directories; nested: parent before child */
	RANK_INODE,		/* inode->rwsem of others; nested: by address */
	RANK_TTY_WRITE,		/* one write(2) to a terminal at a time */
	RANK_TTY,		/* line discipline, termios, buffers */
	RANK_MMAP,		/* mm->mmap_lock; user memory may fault below this */
	RANK_FS_HIGH,		/* a filesystem's own, outside transactions */
	RANK_MAPPING_TRUNC,	/* truncate against page faults */
	RANK_PAGE,		/* page lock (PG_locked); nested: by index */
	RANK_JOURNAL,		/* a running transaction */
	RANK_FS,		/* a filesystem's own, inside transactions */
	RANK_BUFFER,		/* buffer lock */
	RANK_BDEV,		/* opening and partition tables of block devices */
	RANK_DRIVER,		/* driver core and drivers' sleeping locks */
	RANK_SLEEP_LAST,
	/* spinning */
	RANK_FUTEX = 50,	/* waiters of a futex; owners are looked up inside */
	RANK_LEASE,		/* leases of files; tells their holders inside */
	RANK_FASYNC,		/* who is told of readiness by signal; sends it inside */
	RANK_TASKLIST,	/* process tree, pids, groups, sessions */
	RANK_SIGHAND,		/* signal handlers and pending signals of a thread group */
	RANK_FILES,		/* descriptor table */
	RANK_FS_STRUCT,		/* cwd, root, umask */
	RANK_DCACHE,		/* dentry hash, tree, lru */
	RANK_ICACHE,		/* inode hash, lru */
	RANK_NOTIFY,		/* watches and their events */
	RANK_INODE_STATE,	/* small inode fields */
	RANK_MAPPING,		/* page tree of an address space; i_mmap tree */
	RANK_ANON_VMA,		/* reverse map of anonymous pages */
	RANK_PAGE_TABLE,	/* page tables of one mm; nested: a new child's inside its parent's */
	RANK_SWAP,		/* slots of swap areas and their cache */
	RANK_LRU,		/* page lru lists */
	RANK_UNIX,		/* AF_UNIX: names, peers, descriptors in flight */
	RANK_SOCKET,		/* a socket's state and queue; nested: a listener before its connections */
	RANK_QUEUE,		/* request queues */
	RANK_DEVICE,		/* devices' registers, input and output rings */
	RANK_TTY_INPUT,		/* what drivers hand to a terminal, under their own lock */
	RANK_VMALLOC,
	RANK_SLAB,
	RANK_ZONE,		/* buddy allocator */
	RANK_OOM,		/* processes whose memory is to be taken away */
	RANK_WAIT,		/* wait queues; nothing but the scheduler below */
	RANK_EPOLL,		/* ready lists: taken by callbacks of wait queues */
	RANK_TIMER,
	RANK_RUNQUEUE,
	RANK_RANDOM,
	RANK_CONSOLE,		/* log and console: anything may print */
	RANK_SCREEN,		/* the screens of virtual terminals: the log prints there */
	RANK_LAST,
};

#endif
