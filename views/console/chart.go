package console

import (
	"fmt"
	"strconv"
)

// Chart is numbers as a picture and as a table. It is drawn in percent across and in pixels down, so that its text never scales.
type Chart struct {
	// ID names it within its page.
	ID string
	// Finding is what it shows in a sentence, About what is drawn, Says the same for who does not see it.
	Finding, About, Says string
	Height               int
	Grid                 []Mark
	Base                 float64
	Rects                []Rect
	Lines                []Stroke
	Dots                 []Mark
	Texts                []Mark
	Legend               []Key
	Table                Table
	// Wide takes the whole row.
	Wide bool
}

// Rect is a bar: X and W in percent, Y and H in pixels.
type Rect struct {
	X, W, Y, H float64
	Class      string
	Opacity    string
}

// Stroke is a piece of a line.
type Stroke struct {
	X1, Y1, X2, Y2 float64
	Class          string
}

// Mark is something at a place: a label, the end of a line.
type Mark struct {
	X, Y   float64
	Label  string
	Anchor string
	Class  string
}

// Key explains a colour.
type Key struct {
	Class, Label string
	Bar          bool
}

// Table is the same numbers, to be read.
type Table struct {
	Head []string
	Rows [][]string
}

// Bar is a row of horizontal bars: how long it is, of 100.
type Bar struct {
	Label, Value string
	Share        float64
}

const (
	chartTop  = 14
	chartFoot = 28 // below the base line: the labels of what is across
)

func pct(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) + "%" }

func px(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// hundredths keeps the page short.
func hundredths(f float64) float64 { return float64(int64(f*100+.5)) / 100 }

// unit is a round number that at most four steps of cover most.
func unit(most int64, units []int64) int64 {
	for _, u := range units {
		if most <= 4*u {
			return u
		}
	}
	u := units[len(units)-1]
	for most > 4*u {
		u *= 2
	}
	return u
}

var (
	countUnits = []int64{1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000, 20000, 50000, 100000}
	timeUnits  = []int64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800}
)

// scale draws the grid up to most and returns how far down a value is.
func (c *Chart) scale(most int64, units []int64, label func(int64) string) func(int64) float64 {
	u := unit(max(most, 1), units)
	top := max((most+u-1)/u, 1) * u
	c.Base = float64(c.Height - chartFoot)
	y := func(v int64) float64 { return hundredths(c.Base - float64(v)/float64(top)*(c.Base-chartTop)) }
	for v := u; v <= top; v += u {
		c.Grid = append(c.Grid, Mark{Y: y(v), Label: label(v)})
	}
	return y
}

// across puts labels under the base line, no more than fit: at most so many, the last one always when it is named.
func (c *Chart) across(labels []string, most int, x func(i int) float64) {
	every := (len(labels) + most - 1) / most
	for i, l := range labels {
		if i%max(every, 1) != 0 {
			continue
		}
		c.Texts = append(c.Texts, Mark{X: x(i), Y: float64(c.Height - 8), Label: l, Anchor: "middle"})
	}
}

// columns draws a bar for each value; soft are those that are not complete.
func (c *Chart) columns(values []int64, labels []string, most int, soft func(i int) bool) {
	best, at := int64(0), -1
	for i, v := range values {
		if v > best {
			best, at = v, i
		}
	}
	y := c.scale(best, countUnits, func(v int64) string { return strconv.FormatInt(v, 10) })
	const from = 4
	w := (100. - from) / float64(max(len(values), 1))
	x := func(i int) float64 { return hundredths(from + w*(float64(i)+.5)) }
	for i, v := range values {
		if v == 0 {
			continue
		}
		class := "chart__bar"
		if soft(i) {
			class = "chart__bar chart__bar--soft"
		}
		c.Rects = append(c.Rects, Rect{X: hundredths(from + w*(float64(i)+.18)), W: hundredths(w * .64), Y: y(v), H: hundredths(c.Base - y(v)), Class: class})
	}
	if at >= 0 {
		c.Texts = append(c.Texts, Mark{X: x(at), Y: y(best) - 5, Label: strconv.FormatInt(best, 10), Anchor: "middle", Class: "chart__say"})
	}
	c.across(labels, most, x)
}

// none stands for a step in which there was nothing to measure.
const none = int64(-1)

// curves draws lines through values, none where there is no value; the last value of each is written at its end.
func (c *Chart) curves(series [][]int64, classes []string, labels []string, room int, label func(int64) string) {
	best := int64(0)
	for _, values := range series {
		for _, v := range values {
			best = max(best, v)
		}
	}
	y := c.scale(best, timeUnits, label)
	n := len(labels)
	x := func(i int) float64 {
		if n < 2 {
			return 52
		}
		return hundredths(8 + 86*float64(i)/float64(n-1))
	}
	var said []float64
	for s, values := range series {
		last := -1
		for i, v := range values {
			if v == none {
				continue
			}
			if last >= 0 {
				c.Lines = append(c.Lines, Stroke{X1: x(last), Y1: y(values[last]), X2: x(i), Y2: y(v), Class: classes[s]})
			} else if i+1 >= n || values[i+1] == none {
				c.Dots = append(c.Dots, Mark{X: x(i), Y: y(v)})
			}
			last = i
		}
		if last < 0 {
			continue
		}
		if s == 0 {
			c.Dots = append(c.Dots, Mark{X: x(last), Y: y(values[last])})
		}
		at := y(values[last]) - 8
		for _, other := range said { // two that end together are written apart
			if d := at - other; d > -14 && d < 14 {
				at = other - 14
			}
		}
		said = append(said, at)
		c.Texts = append(c.Texts, Mark{X: x(last), Y: at, Label: label(values[last]), Anchor: "middle", Class: "chart__say"})
	}
	c.across(labels, room, x)
}

// spark is a line without words.
func spark(values []float64) (lines []Stroke) {
	low, high := 0., 0.
	for i, v := range values {
		if low, high = min(low, v), max(high, v); i == 0 {
			low, high = v, v
		}
	}
	if len(values) < 2 {
		return nil
	}
	y := func(v float64) float64 {
		if high == low {
			return 14
		}
		return hundredths(25 - 22*(v-low)/(high-low))
	}
	step := 98 / float64(len(values)-1)
	for i := 1; i < len(values); i++ {
		lines = append(lines, Stroke{X1: hundredths(1 + step*float64(i-1)), X2: hundredths(1 + step*float64(i)), Y1: y(values[i-1]), Y2: y(values[i]), Class: "chart__line"})
	}
	return lines
}

func percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%d%%", (part*200+whole)/(2*whole))
}
