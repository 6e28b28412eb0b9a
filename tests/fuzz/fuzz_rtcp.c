/**
 * @file fuzz_rtcp.c  The RTCP reader
 */
#include "mixer/net/rtcp.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void on_sr(uint32_t ssrc, const struct rtcp_sender_info *i, void *arg)
{
	*(uint32_t *)arg ^= ssrc ^ i->packets;
}


static void on_report(uint32_t from, const struct rtcp_report *r, void *arg)
{
	*(uint32_t *)arg ^= from ^ r->jitter ^ (uint32_t)r->total_lost;
}


static void on_ssrc(uint32_t ssrc, void *arg)
{
	*(uint32_t *)arg ^= ssrc;
}


static void on_nack(uint32_t media, const uint16_t *seqs, size_t n, void *arg)
{
	if (n > RTCP_NACK_MAX)
		__builtin_trap();
	for (size_t i = 0; i < n; i++)
		*(uint32_t *)arg ^= media ^ seqs[i];
}


static void on_fir(uint32_t from, uint32_t media, uint8_t seq, void *arg)
{
	*(uint32_t *)arg ^= from ^ media ^ seq;
}


static void on_remb(uint32_t bps, const uint32_t *ssrcs, size_t n, void *arg)
{
	if (n > RTCP_REMB_SSRC_MAX)
		__builtin_trap();
	for (size_t i = 0; i < n; i++)
		*(uint32_t *)arg ^= bps ^ ssrcs[i];
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rtcp_handlers none;
	static const struct rtcp_handlers all = {
		on_sr, on_report, on_ssrc, on_nack, on_ssrc, on_fir, on_remb,
	};
	uint32_t sink = 0;

	rtcp_walk(data, size, &all, &sink);
	rtcp_walk(data, size, &none, &sink);

	return 0;
}
