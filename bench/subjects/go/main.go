// The handler of Go's tutorials, with the standard library alone: asks the model, scans its answer line by line,
// parses each event and flushes each delta.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type question struct {
	Model    string    `json:"model"`
	Stream   bool      `json:"stream"`
	Messages []message `json:"messages"`
}

type chunk struct {
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
	} `json:"choices"`
}

type delta struct {
	Delta string `json:"delta"`
}

var url = os.Getenv("OPENAI_BASE_URL") + "/chat/completions"
var authorization = "Bearer " + os.Getenv("OPENAI_API_KEY")

// Go keeps two idle connections a host by default; a gateway asks one host for everything.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16384}}

func main() {
	http.HandleFunc("/stream", stream)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func stream(w http.ResponseWriter, r *http.Request) {
	// With the caller's context: a client that leaves closes the upstream.
	response, err := ask(r, r.FormValue("content"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		http.Error(w, response.Status, http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	relay(w, response.Body)
	// A body that was read to its end gives its connection back.
	_, _ = io.Copy(io.Discard, response.Body)
}

func ask(r *http.Request, content string) (*http.Response, error) {
	body, err := json.Marshal(question{Model: "bench", Stream: true, Messages: []message{{"user", content}}})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", authorization)
	return client.Do(request)
}

func relay(w http.ResponseWriter, body io.Reader) {
	flusher, _ := w.(http.Flusher)
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		data := strings.TrimPrefix(lines.Text(), "data: ")
		if data == lines.Text() {
			continue
		}
		if data == "[DONE]" {
			return
		}
		var event chunk
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			log.Print(err)
			return
		}
		if len(event.Choices) == 0 || event.Choices[0].Delta.Content == "" {
			continue
		}
		frame, _ := json.Marshal(delta{event.Choices[0].Delta.Content})
		if _, err := fmt.Fprintf(w, "data: %s\n\n", frame); err != nil {
			return
		}
		flusher.Flush()
	}
}
