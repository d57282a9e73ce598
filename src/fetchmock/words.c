/* The words fakes are made of: plain ASCII without commas or quotes, so that they read the same in
 * JSON, CSV and a shell.
 */
#include "fetchmock/words.h"

#define WORDS(...)                                                                                 \
	{                                                                                          \
		(const char *const[]) { __VA_ARGS__ },                                             \
			sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(char *)             \
	}

const struct words words_substance =
	WORDS("Aluminium", "Beech", "Birch", "Brass", "Bronze", "Carbon fibre", "Cast iron",
	      "Copper", "Corian", "Fir", "Galvanised steel", "Gypsum", "Larch", "Nylon", "Oak",
	      "Pine", "Plexiglass", "Polycarbonate", "PVC", "Slate", "Stainless steel", "Steel",
	      "Teak", "Titanium", "Walnut", "Zinc");
const struct words words_form =
	WORDS("angle", "bar", "beam", "block", "board", "coil", "disc", "fitting", "flange", "foil",
	      "mesh", "panel", "pipe", "plank", "plate", "profile", "rod", "sheet", "strip", "tube",
	      "veneer", "wire");
const struct words words_size = WORDS("0.5 mm", "1 mm", "2 mm", "3 mm", "5 mm", "8 mm", "10 mm",
				      "12 mm", "15 mm", "18 mm", "22 mm", "28 mm", "35 mm", "40 mm",
				      "60 mm", "80 mm", "100 mm", "150 mm", "200 mm", "1 m", "2 m");
const struct words words_quality = WORDS(
	"Adjustable", "Compact", "Cordless", "Ergonomic", "Foldable", "Heavy-duty", "Insulated",
	"Lightweight", "Magnetic", "Modular", "Portable", "Professional", "Rechargeable",
	"Reinforced", "Silent", "Stackable", "Telescopic", "Universal", "Waterproof", "Wireless");
const struct words words_article = WORDS(
	"barcode scanner", "bench vice", "cabinet", "chair", "clamp", "desk", "drill",
	"drying rack", "fan heater", "flask", "headlamp", "jigsaw", "keyboard", "kettle",
	"label printer", "ladder", "lamp", "monitor arm", "pallet truck", "power strip", "sander",
	"shelf", "spirit level", "tape measure", "toolbox", "torch", "trolley", "workbench");
const struct words words_model =
	WORDS("Alto", "Bergen", "Como", "Delta 2", "Elba", "Faro", "Gent", "Halden", "Ibis", "Jura",
	      "Kolding", "Lugano", "M12", "Nova", "Oslo", "Pico", "Quadra", "Riga", "S40", "Turin",
	      "Umea", "Vega", "X3", "Ypres", "Zeta");
const struct words words_given =
	WORDS("Aline", "Amir", "Bram", "Chiara", "Daan", "Elif", "Femke", "Giulia", "Hanna", "Ines",
	      "Jonas", "Kofi", "Lena", "Marek", "Nadia", "Olga", "Pedro", "Quinten", "Rosa", "Sven",
	      "Tomas", "Uma", "Viktor", "Wout", "Yara", "Zoe");
const struct words words_family =
	WORDS("Adams", "Berg", "Claes", "De Smet", "Eriksen", "Fischer", "Garcia", "Haddad",
	      "Ivanov", "Janssens", "Keller", "Lambert", "Moreau", "Novak", "Okafor", "Peeters",
	      "Rossi", "Sato", "Thys", "Urban", "Vermeulen", "Weber", "Yilmaz", "Zhang");
const struct words words_city =
	WORDS("Antwerp", "Athens", "Bilbao", "Brussels", "Bucharest", "Cork", "Dresden", "Ghent",
	      "Graz", "Helsinki", "Krakow", "Leuven", "Lille", "Lisbon", "Lyon", "Malmo", "Milan",
	      "Oslo", "Porto", "Riga", "Rotterdam", "Tallinn", "Turin", "Utrecht", "Vienna");
const struct words words_country =
	WORDS("Austria", "Belgium", "Bulgaria", "Croatia", "Czechia", "Denmark", "Estonia",
	      "Finland", "France", "Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia",
	      "Luxembourg", "Netherlands", "Norway", "Poland", "Portugal", "Spain", "Sweden");
const struct words words_plain =
	WORDS("amber", "anchor", "apple", "basket", "beacon", "bridge", "canvas", "cedar", "circle",
	      "cloud", "copper", "delta", "ember", "engine", "field", "forest", "garden", "harbor",
	      "island", "ladder", "lantern", "marble", "meadow", "mirror", "needle", "orbit",
	      "paper", "pebble", "planet", "river", "saddle", "signal", "silver", "spring", "stone",
	      "summit", "thread", "timber", "valley", "window");
