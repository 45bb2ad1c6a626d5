// The same downloads with Go's standard library, over the protocol of the first argument (http or fastcgi), on the Unix socket of
// the second.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/fcgi"
	"net/url"
	"os"
	"strconv"
	"time"
)

var piece = make([]byte, 65536)
var row = []byte("0000001,customer-000001,0000.01\n")

var names = []string{"Ada Lovelace", "Müller, Jörg", "O’Neill \"Shaq\"", "株式会社山田", "Ximena"}
var table = tableText()

// The beginning of a table that has some random digits in each row.
func tableText() []byte {
	var text bytes.Buffer
	state := uint64(1)
	for number := 1; text.Len() < 4000000; number++ {
		state = state*6364136223846793005 + 1442695040888963407
		fmt.Fprintf(&text, "%d,2026-05-%d,customer-%d,%d.50\r\n", number, 10+number%18, (state>>40)%5000, (state>>33)%100000)
	}
	return text.Bytes()
}

// An archive of so many entries of so many bytes: stored, or deflated at a level.
func archive(w io.Writer, entries int, size int64, level int) error {
	archive := zip.NewWriter(w)
	method := zip.Store
	if level > 0 {
		method = zip.Deflate
		archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
			return flate.NewWriter(out, level)
		})
	}
	for number := 0; number < entries; number++ {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("entry-%d.bin", number), Method: method})
		if err != nil {
			return err
		}
		content := piece
		if level > 0 {
			content = table
		}
		for left := size; left > 0; {
			for start := 0; start < len(content) && left > 0; {
				end := start + 65536
				if end > len(content) {
					end = len(content)
				}
				if int64(end-start) > left {
					end = start + int(left)
				}
				if _, err := entry.Write(content[start:end]); err != nil {
					return err
				}
				left -= int64(end - start)
				start = end
			}
		}
	}
	return archive.Close()
}

// A row of five types.
func rows(w io.Writer, count int) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	out.Write([]string{"id", "name", "price", "paid", "at"})
	fields := make([]string, 5)
	for number := 0; number < count; number++ {
		fields[0] = strconv.Itoa(number)
		fields[1] = names[number%5]
		fields[2] = strconv.FormatFloat(float64(number%9973)/4, 'f', -1, 64)
		fields[3] = strconv.FormatBool(number%3 == 0)
		fields[4] = time.Unix(1767225600+int64(number), 0).UTC().Format(time.RFC3339)
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func number(query url.Values, name string) int64 {
	value, _ := strconv.ParseInt(query.Get(name), 10, 64)
	return value
}

func serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	n, err := strconv.ParseInt(query.Get("n"), 10, 64)
	header := w.Header()
	header.Set("Content-Disposition", "attachment; filename=\"bench\"")
	header.Set("X-Accel-Buffering", "no")
	switch {
	case r.URL.Path == "/bench/hello":
		header.Set("Content-Type", "text/plain")
		header.Set("Content-Length", "13")
		for _, part := range []string{"Hello, ", "world", "\n"} {
			w.Write([]byte(part))
		}
	case r.URL.Path == "/bench/gen" && err == nil:
		header.Set("Content-Type", "application/octet-stream")
		if query.Get("size") == "1" {
			header.Set("Content-Length", strconv.FormatInt(n, 10))
		}
		for n > 0 {
			take := int64(len(piece))
			if n < take {
				take = n
			}
			if _, err := w.Write(piece[:take]); err != nil {
				return
			}
			n -= take
		}
	case r.URL.Path == "/bench/rows" && err == nil:
		header.Set("Content-Type", "text/csv")
		for ; n > 0; n-- {
			if _, err := w.Write(row); err != nil {
				return
			}
		}
	case r.URL.Path == "/bench/zip":
		header.Set("Content-Type", "application/zip")
		archive(w, int(number(query, "entries")), number(query, "size"), int(number(query, "level")))
	case r.URL.Path == "/bench/csv":
		header.Set("Content-Type", "text/csv")
		rows(w, int(number(query, "n")))
	default:
		http.NotFound(w, r)
	}
}

func main() {
	listener, err := net.Listen("unix", os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if os.Args[1] == "fastcgi" {
		log.Fatal(fcgi.Serve(listener, http.HandlerFunc(serve)))
	}
	log.Fatal(http.Serve(listener, http.HandlerFunc(serve)))
}
