/* System V shared memory: keys, attachments, rights, removal, what fork and exec and munmap do to it. */
#include "../../guest/testing.h"
#include "sysv.h"

#define SIZE (3 * 4096 + 100)

static int id;
static char *base;

static int child_writes(void)
{
	base[4096] = 'c';
	return base[0] == 'p' ? 0 : 1;
}

static int child_without_rights(void)
{
	if (setgid(1000) || setuid(1000))
		return 2;
	if ((long)shmat(id, 0, 0) != -1 || errno != EACCES)
		return 3;
	if (shmctl(id, IPC_RMID, 0) != -1 || errno != EPERM)
		return 4;
	return 0;
}

static int child_reads_by_id(void)
{
	char *p;

	if (setgid(1000) || setuid(1000))
		return 2;
	p = shmat(id, 0, SHM_RDONLY);
	if ((long)p == -1)
		return 3;
	return p[0] == 'p' ? 0 : 4;
}

static int child_writes_read_only(void)
{
	char *p = shmat(id, 0, SHM_RDONLY);

	if ((long)p == -1)
		return 2;
	*(volatile char *)p = 1;
	return 3;
}

static unsigned attached(void)
{
	struct abi_shmid_ds ds;

	return shmctl(id, IPC_STAT, &ds) ? 999 : ds.shm_nattch;
}

static void test_keys(void)
{
	int a, b;

	ERRNO(shmget(0x1234, 4096, 0600), ENOENT);
	a = shmget(0x1234, 4096, IPC_CREAT | 0600);
	OK(a >= 0, "a key makes a segment");
	IS(shmget(0x1234, 4096, 0600), a);
	IS(shmget(0x1234, 0, 0600), a);
	ERRNO(shmget(0x1234, 4096, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	ERRNO(shmget(0x1234, 8192, 0600), EINVAL);
	ERRNO(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600), EINVAL);
	IS(shmctl(a, IPC_RMID, 0), 0);
	ERRNO(shmctl(a, IPC_RMID, 0), EINVAL);
	ERRNO(shmget(0x1234, 4096, 0600), ENOENT);
	b = shmget(0x1234, 4096, IPC_CREAT | 0600);
	OK(b >= 0 && b != a, "a new segment has a new number");
	ERRNO((long)shmat(a, 0, 0), EIDRM);
	IS(shmctl(b, IPC_RMID, 0), 0);
}

static void test_attach(void)
{
	char *at, *where;
	int i;

	id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
	BAIL_UNLESS(id >= 0, "no segment");
	base = shmat(id, 0, 0);
	BAIL_UNLESS((long)base != -1, "no attachment");
	for (i = 0; i < SIZE && !base[i]; i++)
		;
	IS(i, SIZE);
	IS(attached(), 1);
	base[0] = 'p';
	IS(in_child(child_writes), 0);
	IS(base[4096], 'c');
	IS(attached(), 1);
	at = shmat(id, 0, 0);
	OK((long)at != -1 && at != base && at[4096] == 'c', "a second attachment shows the same memory");
	IS(attached(), 2);
	IS(shmdt(at), 0);
	ERRNO(shmdt(at), EINVAL);
	ERRNO(shmdt(base + 4096), EINVAL);
	ERRNO((long)shmat(id, base + 1, 0), EINVAL);
	ERRNO((long)shmat(id, base, 0), EINVAL);
	where = mmap(0, 16 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(where, 16 * 4096);
	at = shmat(id, where + 4096 + 10, SHM_RND);
	OK(at == where + 4096, "SHM_RND rounds down");
	OK(shmat(id, at, SHM_REMAP) == at, "SHM_REMAP takes the place of what is there");
	IS(attached(), 2);
	/* A hole makes two areas of one attachment; both go. */
	IS(munmap(at + 4096, 4096), 0);
	IS(attached(), 3);
	IS(shmdt(at), 0);
	IS(attached(), 1);
	ERRNO(msync(at + 2 * 4096, 4096, MS_ASYNC), ENOMEM);
	ERRNO((long)shmat(-1, 0, 0), EINVAL);
}

static void test_rights(void)
{
	struct abi_shmid_ds ds;

	IS(in_child(child_without_rights), 0);
	IS(shmctl(id, IPC_STAT, &ds), 0);
	IS(ds.shm_segsz, SIZE);
	IS(ds.shm_cpid, getpid());
	IS(ds.shm_perm.mode & 0777, 0600);
	ds.shm_perm.mode = 0644;
	IS(shmctl(id, IPC_SET, &ds), 0);
	IS(in_child(child_reads_by_id), 0);
	IS(in_child(child_writes_read_only), 128 + SIGSEGV);
	IS(shmctl(id, SHM_LOCK, 0), 0);
	IS(shmctl(id, IPC_STAT, &ds), 0);
	OK(ds.shm_perm.mode & SHM_LOCKED, "SHM_LOCK is seen");
	IS(shmctl(id, SHM_UNLOCK, 0), 0);
	ERRNO(shmctl(id, IPC_STAT, (void *)1), EFAULT);
	ERRNO(shmctl(id, 99, &ds), EINVAL);
}

static void test_removal(void)
{
	struct abi_shm_info info;
	struct abi_shmid_ds ds;
	char *at;
	int top;

	top = shmctl(0, SHM_INFO, &info);
	OK(top >= 0 && info.used_ids == 1 && info.shm_tot == 4, "SHM_INFO counts one segment of four pages");
	IS(shmctl(top, SHM_STAT, &ds), id);
	IS(shmctl(id, IPC_RMID, 0), 0);
	IS(shmctl(id, IPC_STAT, &ds), 0);
	OK(ds.shm_perm.mode & SHM_DEST, "a segment that is attached is marked for removal");
	at = shmat(id, 0, 0);
	OK((long)at != -1 && at[0] == 'p', "it can still be attached by its number");
	IS(shmdt(at), 0);
	IS(base[0], 'p');
	IS(shmdt(base), 0);
	ERRNO((long)shmat(id, 0, 0), EINVAL);
	IS(shmctl(0, SHM_INFO, &info), 0);
	IS(info.used_ids, 0);
	IS(info.shm_tot, 0);
}

/* The library's way: one number, results through a pointer. */
static void test_multiplexer(void)
{
	struct abi_shmid_ds ds;
	unsigned long at = 0;
	int i = syscall(SYS_ipc, SHMGET, IPC_PRIVATE, 4096, IPC_CREAT | 0600, 0, 0);

	OK(i >= 0, "ipc(SHMGET)");
	IS(syscall(SYS_ipc, SHMAT, i, 0, &at, 0, 0), 0);
	OK(at && *(char *)at == 0, "ipc(SHMAT) stores the address");
	IS(syscall(SYS_ipc, SHMCTL, i, IPC_STAT | IPC_64, 0, &ds, 0), 0);
	IS(ds.shm_nattch, 1);
	ERRNO(syscall(SYS_ipc, SHMCTL, i, IPC_STAT, 0, &ds, 0), EINVAL);
	IS(syscall(SYS_ipc, SHMDT, 0, 0, 0, at, 0), 0);
	IS(syscall(SYS_ipc, SHMCTL, i, IPC_RMID, 0, 0, 0), 0);
	ERRNO(syscall(SYS_ipc, 99, 0, 0, 0, 0, 0), ENOSYS);
}

int main(void)
{
	test_keys();
	test_attach();
	test_rights();
	test_removal();
	test_multiplexer();
	return test_done();
}
