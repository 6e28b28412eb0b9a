/**
 * @file mixer/audio/jitter.c  Packets, position and the right delay
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/jitter.h"
#include "mixer/base/re.h"


enum {
	/** Latenesses remembered, for how long, and how many at least */
	LATENESS_COUNT = 128,
	LATENESS_KEEP = 32,
	LATENESS_AGE_US = 2500000,
	/** Spread histogram: 2 ms a bin */
	BIN_US = 2000,
	BIN_COUNT = 512,
	/** Packets between two looks at the target */
	LOOK_EVERY = 8,
	/** A tick takes up to this much ahead of the position */
	TICK_US = 20000,
	/** Spread assumed before anything is known */
	SPREAD_START_US = 20000,
	/** Target beyond the 95th percentile at most */
	TAIL_US = 20000,
	/** What is no jitter but another time line */
	JUMP_US = 2000000,
	JUMP_MARKED_US = 100000,
	SEQ_JUMP = 1000,
	/** All packets late for so long: another path */
	LATE_RUN = 5,
	LATE_RUN_US = 200000,
};

struct jitter {
	struct jitter_packet slots[JITTER_SLOTS];
	int64_t delay_min_us, delay_max_us;

	bool started;
	uint32_t clock_hz;
	int64_t highest_seq, next_seq;
	int64_t last_timestamp; /**< reference for extension */
	int64_t position;

	int64_t lateness[LATENESS_COUNT];
	uint64_t arrival[LATENESS_COUNT];
	unsigned lateness_next, lateness_count;
	unsigned since_look;
	int64_t base_us, target_us;

	unsigned late_run;
	uint64_t late_since_us;
};


static int64_t units_us(const struct jitter *j, int64_t units)
{
	return units * 1000000 / (int64_t)j->clock_hz;
}


static struct jitter_packet *slot_of(struct jitter *j, int64_t seq)
{
	return &j->slots[(uint64_t)seq & (JITTER_SLOTS - 1)];
}


static int64_t within(const struct jitter *j, int64_t us)
{
	if (us > j->delay_max_us)
		us = j->delay_max_us;

	return us < j->delay_min_us ? j->delay_min_us : us;
}


int jitter_alloc(struct jitter **jp, uint32_t delay_min_ms,
		 uint32_t delay_max_ms)
{
	struct jitter *j;

	if (!jp)
		return EINVAL;

	j = mem_zalloc(sizeof(*j), NULL);
	if (!j)
		return ENOMEM;

	jitter_bounds(j, delay_min_ms, delay_max_ms);
	jitter_reset(j);
	*jp = j;

	return 0;
}


void jitter_bounds(struct jitter *j, uint32_t delay_min_ms,
		   uint32_t delay_max_ms)
{
	uint32_t low = delay_min_ms ? delay_min_ms : JITTER_DELAY_MIN_MS;
	uint32_t high = delay_max_ms ? delay_max_ms : JITTER_DELAY_MAX_MS;

	if (high > JITTER_DELAY_CEIL_MS)
		high = JITTER_DELAY_CEIL_MS;
	if (low > high)
		low = high;

	j->delay_min_us = (int64_t)low * 1000;
	j->delay_max_us = (int64_t)high * 1000;
	j->target_us = within(j, j->target_us);
}


static void forget_packets(struct jitter *j)
{
	for (int i = 0; i < JITTER_SLOTS; i++) {
		j->slots[i].seq = -1;
		j->slots[i].waiting = false;
	}
}


void jitter_reset(struct jitter *j)
{
	forget_packets(j);
	j->started = false;
	j->lateness_count = j->lateness_next = 0;
	j->late_run = 0;
	j->target_us = within(j, SPREAD_START_US + TICK_US);
}


/** The first packet of a time line; the target learnt so far stays */
static void start(struct jitter *j, uint32_t clock_hz, uint16_t seq,
		  uint32_t timestamp, uint64_t now_us)
{
	forget_packets(j);
	j->started = true;
	j->clock_hz = clock_hz;
	/* far from zero: older packets extend below it */
	j->highest_seq = 0x10000 + seq;
	j->next_seq = j->highest_seq;
	j->last_timestamp = 0x100000000 + timestamp;
	j->position = j->last_timestamp;
	j->lateness_count = j->lateness_next = 0;
	j->since_look = 0;
	j->late_run = 0;
	j->base_us = (int64_t)now_us - units_us(j, j->position);
}


static unsigned remembered(const struct jitter *j, unsigned back)
{
	return (j->lateness_next + LATENESS_COUNT - back) % LATENESS_COUNT;
}


/** Latenesses young enough to count */
static unsigned lateness_valid(const struct jitter *j, uint64_t now_us)
{
	unsigned n = 0;

	while (n < j->lateness_count) {
		uint64_t age = now_us - j->arrival[remembered(j, n + 1)];

		if (age > LATENESS_AGE_US && n >= LATENESS_KEEP)
			break;
		n++;
	}

	return n;
}


static int64_t percentile(const uint8_t *bins, unsigned count, unsigned of100)
{
	unsigned allowed = count * (100 - of100) / 100;
	unsigned above = 0;

	for (int i = BIN_COUNT - 1; i > 0; i--) {
		above += bins[i];
		if (above > allowed)
			return (int64_t)(i + 1) * BIN_US;
	}

	return 0;
}


/** Base and target from what is remembered */
static void look(struct jitter *j, uint64_t now_us)
{
	const unsigned n = lateness_valid(j, now_us);
	uint8_t bins[BIN_COUNT] = {0};
	int64_t base = INT64_MAX, p95, p99, target;

	for (unsigned i = 1; i <= n; i++) {
		int64_t late = j->lateness[remembered(j, i)];

		base = late < base ? late : base;
	}
	for (unsigned i = 1; i <= n; i++) {
		int64_t bin = (j->lateness[remembered(j, i)] - base) / BIN_US;

		bins[bin < BIN_COUNT ? bin : BIN_COUNT - 1]++;
	}

	j->base_us = base;
	j->since_look = 0;

	p95 = percentile(bins, n, 95);
	p99 = percentile(bins, n, 99);
	target = p99 < p95 + TAIL_US ? p99 : p95 + TAIL_US;
	target = within(j, target + TICK_US);

	/* up at once; down in steps, and not before enough is known */
	if (target >= j->target_us)
		j->target_us = target;
	else if (n >= LATENESS_KEEP)
		j->target_us -= (j->target_us - target + 3) / 4;
}


static void remember(struct jitter *j, int64_t lateness, uint64_t now_us)
{
	const int64_t off = lateness - j->base_us;

	j->lateness[j->lateness_next] = lateness;
	j->arrival[j->lateness_next] = now_us;
	j->lateness_next = (j->lateness_next + 1) % LATENESS_COUNT;
	if (j->lateness_count < LATENESS_COUNT)
		j->lateness_count++;

	/* what stays in the first bin cannot raise the target */
	if (++j->since_look >= LOOK_EVERY || off < 0 ||
	    (off >= BIN_US && off + TICK_US > j->target_us))
		look(j, now_us);
}


/** Sequence or time that no network explains */
static bool is_jump(const struct jitter *j, int64_t seq, int64_t lateness,
		    bool marker)
{
	const int64_t off = lateness - j->base_us;
	const int64_t step = seq - j->highest_seq;

	if (step > SEQ_JUMP || step < -SEQ_JUMP)
		return true;
	if (off > JUMP_US || off < -JUMP_US)
		return true;

	/* a talkspurt may begin a time line of its own */
	return marker && step > 0 &&
	       (off > j->target_us + JUMP_MARKED_US || off < -JUMP_MARKED_US);
}


/** @return true if nothing but late packets came for a while */
static bool late_for_long(struct jitter *j, uint64_t now_us)
{
	if (!j->late_run++)
		j->late_since_us = now_us;

	return j->late_run >= LATE_RUN &&
	       now_us - j->late_since_us >= LATE_RUN_US;
}


static void store(struct jitter *j, struct jitter_packet *p, int64_t seq,
		  int64_t timestamp)
{
	p->seq = seq;
	p->timestamp = timestamp;
	p->waiting = true;

	if (seq <= j->highest_seq)
		return;

	j->highest_seq = seq;
	j->last_timestamp = timestamp;

	/* the ring is full: the oldest is given up */
	if (j->next_seq <= seq - JITTER_SLOTS)
		j->next_seq = seq - JITTER_SLOTS + 1;
}


static void jitter_fill(struct jitter_packet *p, uint8_t format,
			uint32_t units, const uint8_t *payload, size_t len)
{
	if (len > JITTER_PAYLOAD_MAX)
		len = JITTER_PAYLOAD_MAX;

	p->format = format;
	p->units = units;
	p->len = (uint16_t)len;
	if (len)
		memcpy(p->payload, payload, len);
}


enum jitter_result jitter_put(struct jitter *j, uint32_t clock_hz,
			      uint8_t format, uint16_t seq, uint32_t timestamp,
			      bool marker, uint32_t units,
			      const uint8_t *payload, size_t len,
			      uint64_t now_us)
{
	enum jitter_result result = JITTER_STORED;
	int64_t number = 0, time = 0, lateness = 0;
	bool fresh = !j->started || clock_hz != j->clock_hz;
	bool over = false;

	if (!fresh) {
		number = j->highest_seq +
			 (int16_t)(uint16_t)(seq - (uint16_t)j->highest_seq);
		time = j->last_timestamp +
		       (int32_t)(timestamp - (uint32_t)j->last_timestamp);
		lateness = (int64_t)now_us - units_us(j, time);

		if (slot_of(j, number)->seq == number)
			return JITTER_LATE;

		fresh = is_jump(j, number, lateness, marker);
	}

	if (!fresh) {
		remember(j, lateness, now_us);
		over = number < j->next_seq ||
		       (units && time + units <= j->position);
		fresh = over && late_for_long(j, now_us);
	}

	if (fresh) {
		result = j->started ? JITTER_RESTARTED : JITTER_STORED;
		start(j, clock_hz, seq, timestamp, now_us);
		number = j->highest_seq;
		time = j->position;
		lateness = j->base_us;
		remember(j, lateness, now_us);
	}
	else if (over) {
		return JITTER_LATE;
	}

	j->late_run = 0;
	jitter_fill(slot_of(j, number), format, units, payload, len);
	store(j, slot_of(j, number), number, time);

	return result;
}


bool jitter_started(const struct jitter *j)
{
	return j->started;
}


const struct jitter_packet *jitter_peek(struct jitter *j)
{
	for (int64_t seq = j->next_seq; seq <= j->highest_seq; seq++) {
		struct jitter_packet *p = slot_of(j, seq);

		if (p->seq != seq || !p->waiting)
			continue;
		if (!p->units || p->timestamp + p->units > j->position)
			return p;

		p->waiting = false;
		j->next_seq = seq + 1;
	}

	return NULL;
}


int64_t jitter_gap(const struct jitter *j, const struct jitter_packet *p)
{
	return p->timestamp - j->position;
}


bool jitter_is_loss(const struct jitter *j, const struct jitter_packet *p)
{
	return p->seq != j->next_seq;
}


void jitter_take(struct jitter *j, const struct jitter_packet *p)
{
	int64_t end = p->timestamp + p->units;

	slot_of(j, p->seq)->waiting = false;
	j->next_seq = p->seq + 1;
	if (end > j->position)
		j->position = end;
}


void jitter_advance(struct jitter *j, uint32_t units)
{
	j->position += units;
}


bool jitter_align(struct jitter *j, int64_t ahead_us, uint64_t now_us)
{
	int64_t excess = jitter_delay_us(j, ahead_us, now_us) - j->target_us;
	int64_t units = excess * (int64_t)j->clock_hz / 1000000;

	if (units <= 0)
		return false;

	j->position += units;
	(void)jitter_peek(j);

	return true;
}


const struct jitter_packet *jitter_played(const struct jitter *j, int back)
{
	const struct jitter_packet *p = NULL;

	for (int i = 1; i <= back; i++) {
		int64_t seq = j->next_seq - i;

		p = &j->slots[(uint64_t)seq & (JITTER_SLOTS - 1)];
		if (p->seq != seq || p->waiting || !p->units)
			return NULL;
	}

	return p;
}


int64_t jitter_delay_us(const struct jitter *j, int64_t ahead_us,
			uint64_t now_us)
{
	return (int64_t)now_us + ahead_us - units_us(j, j->position) -
	       j->base_us;
}


int64_t jitter_target_us(const struct jitter *j)
{
	return j->target_us;
}
