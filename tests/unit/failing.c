/**
 * @file failing.c  Every allocation fails once
 *
 * Built without sanitizers: what stands before their allocator is called
 * before they are ready.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


enum {
	/** Blocks alive at once in a scenario; a power of two */
	BLOCKS = 1 << 13,
	FRAMES = 16,
	OBJECTS = 3,
	/** No scenario has more */
	RUNS_MAX = 20000,
	/** Leaks of a run that are printed */
	LEAKS_SHOWN = 3,
};

/** What a scenario took and has not given back */
struct block {
	void *p;
	size_t size;
	struct trace *trace; /**< only in a run that shows its leaks */
};

/** Who called */
struct trace {
	int depth;
	void *frames[FRAMES];
};

/** Where an object whose allocations fail lies */
struct range {
	uintptr_t begin, end;
};

static struct block blocks[BLOCKS];
static struct trace traces[BLOCKS];
static unsigned live, traced_count;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static struct range objects[OBJECTS];
static unsigned object_count;

static _Thread_local bool running, counting, traced;
static _Thread_local int paused;
static _Thread_local unsigned count;   /**< of this run */
static _Thread_local unsigned fail_at; /**< 0 = none */
static _Thread_local bool fail_on;     /**< and all after it */
static _Thread_local bool met;

static struct trace failed;

/* The allocator behind ours: libc's, or the sanitizer's. */
#define BEHIND(name, ...)                                                     \
	(__interceptor_##name ? __interceptor_##name(__VA_ARGS__)             \
			      : __libc_##name(__VA_ARGS__))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);
__attribute__((weak)) void *__interceptor_malloc(size_t size);
__attribute__((weak)) void *__interceptor_calloc(size_t n, size_t size);
__attribute__((weak)) void *__interceptor_realloc(void *p, size_t size);
__attribute__((weak)) void *__interceptor_memalign(size_t alignment,
						   size_t size);
__attribute__((weak)) void __interceptor_free(void *p);


static void blocks_lock(void)
{
	while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
		;
}


static void blocks_unlock(void)
{
	atomic_flag_clear_explicit(&lock, memory_order_release);
}


static unsigned place_of(const void *p)
{
	return (unsigned)(((uintptr_t)p >> 4) * 2654435761u) & (BLOCKS - 1);
}


/** @return The block's entry, or the free one where it would be */
static unsigned find_block(const void *p)
{
	unsigned i = place_of(p);

	while (blocks[i].p && blocks[i].p != p)
		i = (i + 1) & (BLOCKS - 1);

	return i;
}


/** Entries behind a free one move up, so that each is found from its place */
static void close_gap(unsigned gap)
{
	for (unsigned i = (gap + 1) & (BLOCKS - 1); blocks[i].p;
	     i = (i + 1) & (BLOCKS - 1)) {
		unsigned home = place_of(blocks[i].p);

		if (((i - home) & (BLOCKS - 1)) < ((i - gap) & (BLOCKS - 1)))
			continue;
		blocks[gap] = blocks[i];
		blocks[i].p = NULL;
		gap = i;
	}
}


static void trace_take(struct trace *t)
{
	/* what the unwinder takes is not the scenario's */
	running = false;
	t->depth = backtrace(t->frames, FRAMES);
	running = true;
}


static void block_taken(void *p, size_t size)
{
	struct trace *trace = NULL;
	struct block *b;

	if (!p)
		return;

	/* not under the lock: the unwinder allocates */
	if (traced && running && traced_count < BLOCKS) {
		trace = &traces[traced_count++];
		trace_take(trace);
	}

	blocks_lock();
	if (live < BLOCKS / 2) {
		b = &blocks[find_block(p)];
		live += !b->p;
		b->p = p;
		b->size = size;
		b->trace = trace;
	}
	blocks_unlock();
}


static bool block_given(void *p)
{
	bool ours = false;
	unsigned i;

	if (!p || !live)
		return false;

	blocks_lock();
	i = find_block(p);
	if (blocks[i].p) {
		ours = true;
		blocks[i].p = NULL;
		live--;
		close_gap(i);
	}
	blocks_unlock();

	return ours;
}


static bool is_ours(const void *caller)
{
	for (unsigned i = 0; i < object_count; i++) {
		if ((uintptr_t)caller >= objects[i].begin &&
		    (uintptr_t)caller < objects[i].end)
			return true;
	}

	return false;
}


/** Does this call count? */
static bool in_scenario(const void *caller)
{
	return running && !paused && is_ours(caller);
}


/** Count it. @return true if it is the one to fail */
static bool fails(void)
{
	count++;
	if (!fail_at || count < fail_at || (count > fail_at && !fail_on))
		return false;

	if (!met && traced)
		trace_take(&failed);
	met = true;
	errno = ENOMEM;

	return true;
}


void *malloc(size_t size)
{
	const bool watched = in_scenario(__builtin_return_address(0));
	void *p;

	count += counting;
	if (watched && fails())
		return NULL;

	p = BEHIND(malloc, size);
	if (watched)
		block_taken(p, size);

	return p;
}


void *calloc(size_t n, size_t size)
{
	const bool watched = in_scenario(__builtin_return_address(0));
	void *p;

	count += counting;
	if (watched && fails())
		return NULL;

	p = BEHIND(calloc, n, size);
	if (watched)
		block_taken(p, n * size);

	return p;
}


void *realloc(void *p, size_t size)
{
	const bool watched = in_scenario(__builtin_return_address(0));
	bool known;
	void *q;

	count += counting;
	if (watched && fails())
		return NULL;

	known = block_given(p);
	q = BEHIND(realloc, p, size);
	if (watched || known)
		block_taken(q ? q : p, size);

	return q;
}


void *aligned_alloc(size_t alignment, size_t size)
{
	const bool watched = in_scenario(__builtin_return_address(0));
	void *p;

	count += counting;
	if (watched && fails())
		return NULL;

	p = BEHIND(memalign, alignment, size);
	if (watched)
		block_taken(p, size);

	return p;
}


void free(void *p)
{
	(void)block_given(p);
	BEHIND(free, p);
}


static int add_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	const char *name = info->dlpi_name;
	struct range *r = &objects[object_count];

	(void)size;
	(void)arg;
	/* the program itself has no name */
	if (object_count == OBJECTS || (*name && !strstr(name, "/libre.so") &&
					!strstr(name, "/libjansson.so")))
		return 0;

	r->begin = UINTPTR_MAX;
	r->end = 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X))
			continue;
		if (at < r->begin)
			r->begin = at;
		if (at + ph->p_memsz > r->end)
			r->end = at + ph->p_memsz;
	}
	object_count++;

	return 0;
}


/** What the dynamic loader and fontconfig keep for ever: that is known by who
 *  called malloc, and between them and the sanitizer we stand */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:ld-linux\nleak:libfontconfig\n";
}


/** One run; with what it leaves behind still in the table */
static int run(failing_scenario_h *scenario, void *arg, unsigned at, bool on)
{
	int err;

	if (live) {
		memset(blocks, 0, sizeof(blocks));
		live = 0;
	}
	count = 0;
	met = false;
	paused = 0;
	fail_at = at;
	fail_on = on;
	running = true;
	err = scenario(arg);
	running = false;

	return err;
}


static void show_trace(const struct trace *t)
{
	/* without those of the allocator */
	if (t && t->depth > 2)
		backtrace_symbols_fd(t->frames + 2, t->depth - 2,
				     STDERR_FILENO);
}


/** The same run again, with traces, to tell what it leaves */
static void show_leaks(failing_scenario_h *scenario, void *arg, unsigned at,
		       bool on)
{
	unsigned shown = 0;

	traced_count = 0;
	failed.depth = 0;
	traced = true;
	(void)run(scenario, arg, at, on);
	traced = false;

	fprintf(stderr, "\nleak: %u blocks when allocation %u%s failed at\n",
		live, at, on ? " and all that follow it" : "");
	show_trace(&failed);
	for (unsigned i = 0; i < BLOCKS && shown < LEAKS_SHOWN; i++) {
		if (!blocks[i].p)
			continue;
		fprintf(stderr, "%zu bytes from\n", blocks[i].size);
		show_trace(blocks[i].trace);
		shown++;
	}
}


/** @return true if the run leaked */
static bool leaks(failing_scenario_h *scenario, void *arg, unsigned at,
		  bool on)
{
	if (!live)
		return false;

	CU_FAIL("a run leaks");
	show_leaks(scenario, arg, at, on);

	return true;
}


unsigned failing_each(failing_scenario_h *scenario, void *arg)
{
	const char *only = getenv("PARLEY_FAILING");
	unsigned total = 0;

	if (!object_count)
		(void)dl_iterate_phdr(add_object, NULL);
	CU_ASSERT_EQUAL_FATAL(run(scenario, arg, 0, false), 0);

	for (int on = 0; on < 2; on++) {
		for (unsigned at = 1; at < RUNS_MAX; at++) {
			int err = run(scenario, arg, at, on);

			if (only)
				fprintf(stderr, "%u: %d\n", at, err);
			if (leaks(scenario, arg, at, on))
				return count;
			if (!met) {
				CU_ASSERT_EQUAL(err, 0);
				total = count;
				break;
			}
		}
	}

	CU_ASSERT(total > 0);

	return total;
}


void failing_pause(void)
{
	paused++;
}


void failing_resume(void)
{
	paused--;
}


void failing_count_begin(void)
{
	count = 0;
	counting = true;
}


unsigned failing_count_end(void)
{
	counting = false;

	return count;
}
