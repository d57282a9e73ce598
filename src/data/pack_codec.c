/* gzip and zstd behind one face: see pack_codec.h. Knows no files. */
#include "data/pack_codec.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/xalloc.h"

#define GZIP_WINDOW (16 + 15) /* gzip's frame around deflate's largest window */
#define GZIP_LEVEL  6
#define ZSTD_LEVEL  3

static void gzip_feed(z_stream *z, const struct pack_flow *flow)
{
	z->next_in = (unsigned char *)flow->in; /* zlib does not write there */
	z->avail_in = (uInt)flow->in_len;
	z->next_out = flow->out;
	z->avail_out = (uInt)flow->room;
}

static int gzip_moved(const z_stream *z, struct pack_flow *flow, int said)
{
	flow->in = z->next_in;
	flow->in_len = z->avail_in;
	flow->out = z->next_out;
	flow->room = z->avail_out;
	if (said == Z_MEM_ERROR)
		no_memory();
	if (said == Z_STREAM_END)
		return 1;
	return said == Z_OK || said == Z_BUF_ERROR ? 0 : -EUCLEAN;
}

static void *gzip_squeezer(uint64_t bytes)
{
	z_stream *z = xcalloc(1, sizeof(*z));

	(void)bytes;
	if (deflateInit2(z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		no_memory();
	return z;
}

static int gzip_squeeze(void *machine, struct pack_flow *flow, bool last)
{
	gzip_feed(machine, flow);
	return gzip_moved(machine, flow, deflate(machine, last ? Z_FINISH : Z_NO_FLUSH));
}

static void gzip_squeezer_drop(void *machine)
{
	deflateEnd(machine);
	free(machine);
}

static void *gzip_expander(uint64_t bytes)
{
	z_stream *z = xcalloc(1, sizeof(*z));

	(void)bytes;
	if (inflateInit2(z, GZIP_WINDOW) != Z_OK)
		no_memory();
	return z;
}

static int gzip_expand(void *machine, struct pack_flow *flow, bool last)
{
	(void)last;
	gzip_feed(machine, flow);
	return gzip_moved(machine, flow, inflate(machine, Z_NO_FLUSH));
}

static void gzip_expander_drop(void *machine)
{
	inflateEnd(machine);
	free(machine);
}

static void zstd_moved(struct pack_flow *flow, const ZSTD_inBuffer *in, const ZSTD_outBuffer *out)
{
	flow->in += in->pos;
	flow->in_len -= in->pos;
	flow->out += out->pos;
	flow->room -= out->pos;
}

static void *zstd_squeezer(uint64_t bytes)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	if (!zstd || ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(zstd, bytes)))
		no_memory();
	return zstd;
}

static int zstd_squeeze(void *machine, struct pack_flow *flow, bool last)
{
	ZSTD_inBuffer in = { flow->in, flow->in_len, 0 };
	ZSTD_outBuffer out = { flow->out, flow->room, 0 };
	size_t left = ZSTD_compressStream2(machine, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);

	zstd_moved(flow, &in, &out);
	if (ZSTD_isError(left))
		return -EUCLEAN;
	return last && left == 0;
}

static void zstd_squeezer_drop(void *machine)
{
	ZSTD_freeCCtx(machine);
}

static void *zstd_expander(uint64_t bytes)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();

	(void)bytes;
	if (!zstd)
		no_memory();
	return zstd;
}

static int zstd_expand(void *machine, struct pack_flow *flow, bool last)
{
	ZSTD_inBuffer in = { flow->in, flow->in_len, 0 };
	ZSTD_outBuffer out = { flow->out, flow->room, 0 };
	size_t left = ZSTD_decompressStream(machine, &out, &in);

	(void)last;
	zstd_moved(flow, &in, &out);
	if (ZSTD_isError(left))
		return -EUCLEAN;
	return left == 0;
}

static void zstd_expander_drop(void *machine)
{
	ZSTD_freeDCtx(machine);
}

const struct pack_codec pack_codecs[] = {
	{ .kind = JOB_COMPRESS_NONE, .name = "none", .extension = "" },
	{ .kind = JOB_COMPRESS_GZIP,
	  .name = "gzip",
	  .extension = ".gz",
	  .squeeze = { gzip_squeezer, gzip_squeeze, gzip_squeezer_drop },
	  .expand = { gzip_expander, gzip_expand, gzip_expander_drop } },
	{ .kind = JOB_COMPRESS_ZSTD,
	  .name = "zstd",
	  .extension = ".zst",
	  .squeeze = { zstd_squeezer, zstd_squeeze, zstd_squeezer_drop },
	  .expand = { zstd_expander, zstd_expand, zstd_expander_drop } },
	{ .name = NULL },
};

const struct pack_codec *pack_codec_of(enum job_compress kind)
{
	const struct pack_codec *codec = pack_codecs;

	while (codec->name && codec->kind != kind)
		codec++;
	return codec->name ? codec : pack_codecs;
}
