package upstream

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encodings that a file may be said to be in. A byte order mark says more than the caller: it is believed first.
const (
	EncodingUTF8    = "utf-8"
	EncodingGB18030 = "gb18030"
	EncodingUTF16LE = "utf-16le"
	EncodingUTF16BE = "utf-16be"
)

// Encodings lists them.
var Encodings = []string{EncodingUTF8, EncodingGB18030, EncodingUTF16LE, EncodingUTF16BE}

// marks are the byte order marks.
var marks = []struct{ encoding, mark string }{
	{EncodingUTF8, "\xef\xbb\xbf"}, {EncodingUTF16LE, "\xff\xfe"}, {EncodingUTF16BE, "\xfe\xff"},
}

// decoded returns the text of a part as UTF-8, without its mark, and the encoding that it is read in. What cannot be
// decoded comes out as the replacement character, or as it is, for checkText to find with its place.
func decoded(r *bufio.Reader, said string) (io.Reader, string, error) {
	head, err := r.Peek(3)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			if _, err := r.Discard(len(m.mark)); err != nil {
				return nil, "", err
			}
			said = m.encoding
			break
		}
	}
	var form encoding.Encoding
	switch said {
	case "", EncodingUTF8:
		return r, EncodingUTF8, nil
	case EncodingGB18030:
		form = simplifiedchinese.GB18030
	case EncodingUTF16LE:
		form = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case EncodingUTF16BE:
		form = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	default:
		return nil, "", fmt.Errorf("read a file in encoding %q: use one of %q", said, Encodings)
	}
	return transform.NewReader(r, form.NewDecoder()), said, nil
}

// checkText finds what is no text in the encoding, and says what to do.
func checkText(cell, inEncoding string) (message string) {
	switch {
	case strings.ContainsRune(cell, 0):
		return fmt.Sprintf("has zero bytes when read as %s: is it UTF-16? Use --encoding %s or %s", inEncoding, EncodingUTF16LE, EncodingUTF16BE)
	case utf8.ValidString(cell) && !strings.ContainsRune(cell, utf8.RuneError):
		return ""
	case inEncoding == EncodingUTF8:
		advice := "save it as UTF-8"
		if text, err := simplifiedchinese.GB18030.NewDecoder().String(cell); err == nil && !strings.ContainsRune(text, utf8.RuneError) {
			advice = fmt.Sprintf("as %s it reads %q: use --encoding %s, or %s", EncodingGB18030, shorten(text), EncodingGB18030, advice)
		}
		return "is not " + inEncoding + ": " + advice
	default:
		return "is not " + inEncoding + ": use the encoding that it was exported in, or save it as UTF-8"
	}
}
