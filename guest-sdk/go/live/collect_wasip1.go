package live

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The garbage collector asks for the time, which is a call out of the module. While the daemon puts a value into the
// module's memory (cabi_realloc) a module may not call out: a collection that began there would stop it. So collections
// are begun here, when an event is over, and nowhere else; the limit is for an event that would pass all bounds.
const (
	checkEvery  = 16
	garbage     = 4 << 20
	memoryLimit = 40 << 20
)

var (
	events   int
	heapSize = []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	liveHeap uint64
)

func init() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(memoryLimit)
}

// collect is called when an event is over.
func collect() {
	if events++; events%checkEvery != 0 {
		return
	}
	metrics.Read(heapSize)
	if heapSize[0].Value.Uint64() < liveHeap+garbage {
		return
	}
	runtime.GC()
	metrics.Read(heapSize)
	liveHeap = heapSize[0].Value.Uint64()
}
