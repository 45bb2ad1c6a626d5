/* What DownloadZstandard needs of libzstd. */
#ifndef DOWNLOADVIEW_CZSTANDARD_SHIM_H
#define DOWNLOADVIEW_CZSTANDARD_SHIM_H

#include <zstd.h>

#endif
