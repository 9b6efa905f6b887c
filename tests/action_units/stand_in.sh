#!/bin/sh
# Stands in for OpenFace's FaceLandmarkImg, and behaves as a build of OpenFace 2.2 was seen to: a picture that cannot be
# read ends the whole call, one under 43 pixels aborts it, one under 60 shows no face unless a box is handed over, no face
# gives no CSV, a missing box ends the call. A picture's height asks for the rest:
#   601 hangs   602 no face   603 low confidence   604 two faces   605 dies after half a CSV
#   606 takes all the memory there is   607 its own detector misses the face   608 its own detector dies of it
#   609 its own detector is not sure of the face   610 its own detector finds another's, in the corner, alone
# Every face is in the middle, where MTCNN's box would be. A box is taken as it is: one that is not where OpenFace
# would have corrected it to gives values without meaning, and no confidence.
# Without the model that -mloc names it does nothing. Called as FaceLandmarkImg-old it writes as versions before 2.1 did.
# Of a picture it reads the PNG header alone.
in= out= boxes= landmarks= model=$0 separator=,
case $0 in *old*) separator=", " ;; esac
while [ $# -gt 0 ]; do
  case $1 in
    -fdir) in=$2; shift ;;
    -out_dir) out=$2; shift ;;
    -bboxdir) boxes=$2; shift ;;
    -2Dfp) landmarks=yes ;;
    -mloc) model=$2; shift ;;
  esac
  shift
done
if [ ! -f "$model" ]; then
  echo "Loading the model"
  echo "ERROR: Could not load the landmark detector"
  exit 1
fi

header=face${separator}confidence
[ -n "$landmarks" ] && header=$header${separator}x_0${separator}y_0
for unit in 01 02 04 05 06 07 09 10 12 14 15 17 20 23 25 26 45; do header=$header${separator}AU${unit}_r; done
for unit in 01 02 04 05 06 07 09 10 12 14 15 17 20 23 25 26 28 45; do header=$header${separator}AU${unit}_c; done

# face, confidence, x, y: AU01_r is the picture's width in thousandths, all else 1
row() {
  line=$1$separator$2
  [ -n "$landmarks" ] && line=$line$separator$3$separator$4
  line=$line$separator$(printf '0.%03d' $width)
  for _ in 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17  1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
    line=$line${separator}1.00
  done
  echo "$line"
}

# Whether a box (x0 y0 x1 y1) is in OpenFace's convention: its middle lies below that of MTCNN's box, by a sixth of its
# height, and hardly to the right of it.
right_box() {
  awk -v w=$width -v h=$height '
    { below = (($2 + $4) / 2 - h / 2) / ($4 - $2); beside = (($1 + $3) / 2 - w / 2) / ($3 - $1) }
    { exit !(below > 0.142 && below < 0.202 && beside > -0.03 && beside < 0.03) }' "$boxes/$stem.txt"
}

for picture in "$in"/*.png; do
  stem=${picture##*/}
  stem=${stem%.png}
  csv=$out/$stem.csv
  set -- $(od -An -v -tu1 -N24 "$picture")
  if [ "$1 $2 $3 $4" != "137 80 78 71" ]; then
    echo "Could not read $stem" >&2
    exit 1
  fi
  width=$((${19} * 256 + ${20})) height=$((${23} * 256 + ${24}))
  if [ -n "$boxes" ] && [ ! -f "$boxes/$stem.txt" ]; then
    echo "no box for $stem" >&2
    exit 1
  fi
  if [ $width -lt 43 ] || [ $height -lt 43 ]; then
    echo "assertion failed at $stem" >&2
    kill -ABRT $$
  fi
  if [ -z "$boxes" ] && { [ $width -lt 60 ] || [ $height -lt 60 ]; }; then continue; fi
  if [ -n "$boxes" ] && ! right_box; then
    { echo "$header"; row 0 0.1 5 5; } > "$csv"
    continue
  fi
  case $height$boxes in
    607) continue ;;
    608) kill -ABRT $$ ;;
    609) { echo "$header"; row 0 0.3 $((width / 2)) $((height / 2)); } > "$csv"; continue ;;
    610) { echo "$header"; row 0 0.97 5 5; } > "$csv"; continue ;;
  esac
  case $height in
    601) while :; do sleep 1; done ;;
    602) continue ;;
    603) { echo "$header"; row 0 0.2 $((width / 2)) $((height / 2)); } > "$csv" ;;
    604) { echo "$header"; row 0 0.8 $((width / 2)) 302; row 1 0.9 5 5; } > "$csv" ;;
    605) { echo "$header"; printf '0,0.9'; } > "$csv"; kill -SEGV $$ ;;
    606) x=0123456789abcdef; while :; do x=$x$x; done ;;
    *) { echo "$header"; row 0 0.95 $((width / 2)) $((height / 2)); } > "$csv" ;;
  esac
done
