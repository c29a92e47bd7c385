"""Things, foods, plants, jobs and places with their attributes."""

from . import table

# name | kind | colour | use | place | material
THINGS = table(
    """
hammer | tool | grey | hit nails | toolbox | metal
saw | tool | silver | cut wood | workshop | metal
drill | tool | yellow | make holes | workshop | metal
screwdriver | tool | red | turn screws | toolbox | metal
ladder | tool | silver | climb up high | shed | metal
spade | tool | brown | dig holes | garden | metal
rake | tool | green | gather leaves | garden | metal
broom | tool | brown | sweep the floor | kitchen | wood
bucket | container | blue | carry water | shed | plastic
hose | tool | green | water the garden | garden | rubber
knife | kitchen tool | silver | cut food | kitchen | metal
fork | kitchen tool | silver | pick up food | kitchen | metal
spoon | kitchen tool | silver | eat soup | kitchen | metal
cup | container | white | drink tea | kitchen | clay
plate | dish | white | hold food | kitchen | clay
bowl | dish | white | eat soup | kitchen | clay
pot | container | black | cook soup | kitchen | metal
pan | kitchen tool | black | fry eggs | kitchen | metal
kettle | kitchen tool | silver | boil water | kitchen | metal
oven | machine | white | bake bread | kitchen | metal
fridge | machine | white | keep food cold | kitchen | metal
bottle | container | green | hold water | kitchen | glass
basket | container | brown | carry fruit | kitchen | straw
table | piece of furniture | brown | eat meals | kitchen | wood
chair | piece of furniture | brown | sit down | kitchen | wood
bed | piece of furniture | white | sleep | bedroom | wood
sofa | piece of furniture | grey | rest | living room | cloth
desk | piece of furniture | brown | write and study | office | wood
shelf | piece of furniture | brown | keep books | living room | wood
lamp | light | yellow | light a room | bedroom | metal
candle | light | white | make a soft light | living room | wax
mirror | thing | silver | see your face | bathroom | glass
towel | cloth | blue | dry your skin | bathroom | cotton
soap | thing | pink | wash your hands | bathroom | oil
toothbrush | tool | blue | clean your teeth | bathroom | plastic
comb | tool | black | tidy your hair | bathroom | plastic
pillow | thing | white | rest your head | bedroom | cotton
blanket | cloth | blue | keep warm | bedroom | wool
clock | machine | white | tell the time | living room | metal
key | thing | gold | open a door | pocket | metal
door | part of a house | brown | go into a room | house | wood
window | part of a house | clear | look outside | house | glass
roof | part of a house | red | keep out the rain | house | tiles
pen | writing tool | blue | write words | desk | plastic
pencil | writing tool | yellow | draw pictures | desk | wood
book | thing | brown | read stories | library | paper
newspaper | thing | grey | read the news | shop | paper
letter | message | white | send news to a friend | post office | paper
map | thing | green | find the way | car | paper
ruler | tool | yellow | measure lines | school | wood
scissors | tool | silver | cut paper | desk | metal
glue | thing | white | stick things together | school | starch
brush | tool | brown | paint pictures | studio | hair
bag | container | black | carry things | school | cloth
box | container | brown | store things | attic | card
phone | machine | black | call people | pocket | metal and glass
computer | machine | grey | work and play games | office | metal
camera | machine | black | take photos | bag | metal
radio | machine | brown | listen to music | kitchen | plastic
piano | musical instrument | black | play music | concert hall | wood
guitar | musical instrument | brown | play songs | studio | wood
drum | musical instrument | red | beat a rhythm | stage | wood
violin | musical instrument | brown | play music | concert hall | wood
flute | musical instrument | silver | play soft tunes | school | metal
bell | thing | gold | call people | tower | metal
ball | toy | red | play games | park | rubber
doll | toy | pink | play at home | bedroom | cloth
kite | toy | red | fly in the wind | beach | paper
puzzle | toy | blue | train your mind | playroom | card
car | vehicle | red | drive on roads | garage | metal
bus | vehicle | yellow | carry many people | street | metal
train | vehicle | green | travel on rails | station | metal
bicycle | vehicle | blue | ride to school | street | metal
boat | vehicle | white | cross the water | harbour | wood
ship | vehicle | white | cross the sea | harbour | metal
plane | vehicle | white | fly to far places | airport | metal
truck | vehicle | orange | move heavy things | road | metal
tractor | vehicle | green | pull a plough | farm | metal
rocket | vehicle | white | fly into space | launch pad | metal
hat | piece of clothing | black | keep your head warm | cupboard | wool
coat | piece of clothing | blue | keep warm | cupboard | wool
scarf | piece of clothing | red | keep your neck warm | cupboard | wool
glove | piece of clothing | black | keep your hands warm | pocket | leather
sock | piece of clothing | white | keep your feet warm | drawer | cotton
shoe | piece of clothing | brown | protect your feet | hall | leather
boot | piece of clothing | black | walk in the rain | hall | rubber
shirt | piece of clothing | white | cover your body | drawer | cotton
dress | piece of clothing | purple | look nice | cupboard | silk
umbrella | thing | black | stay dry in the rain | hall | cloth
tent | shelter | green | sleep outside | forest | cloth
rope | thing | brown | tie things | boat | cotton
net | tool | white | catch fish | boat | string
coin | piece of money | gold | buy things | pocket | metal
ring | piece of jewellery | gold | wear on a finger | jewel box | gold
telescope | tool | black | look at the stars | tower | metal and glass
compass | tool | gold | find north | pocket | metal
anchor | tool | grey | hold a ship in place | ship | metal
""",
    "x", "kind", "colour", "use", "place", "material",
)

# name | kind | colour | taste | where it grows or comes from | remark
FOODS = table(
    """
apple | fruit | red | sweet | tree | Apples are crisp and good for you.
banana | fruit | yellow | sweet | tree | Bananas are soft and easy to peel.
orange | fruit | orange | sweet | tree | Oranges are full of juice.
lemon | fruit | yellow | sour | tree | Lemons make a fresh drink.
lime | fruit | green | sour | tree | Limes are small and full of juice.
strawberry | fruit | red | sweet | field | Strawberries are best in summer.
cherry | fruit | red | sweet | tree | Cherries have a small hard stone.
grape | fruit | purple | sweet | vine | Grapes grow in bunches.
plum | fruit | purple | sweet | tree | Plums have a soft skin.
peach | fruit | orange | sweet | tree | Peaches have a skin like velvet.
pear | fruit | green | sweet | tree | Pears are soft when they are ripe.
blueberry | fruit | blue | sweet | bush | Blueberries are tiny and round.
melon | fruit | green | sweet | field | Melons are big and full of water.
carrot | vegetable | orange | sweet | field | Carrots grow under the ground.
potato | vegetable | brown | mild | field | Potatoes can be baked, boiled or fried.
onion | vegetable | white | sharp | field | Onions can make you cry.
tomato | fruit | red | fresh | garden | Tomatoes make a good sauce.
cucumber | vegetable | green | fresh | garden | Cucumbers are cool and crunchy.
pea | vegetable | green | sweet | garden | Peas grow in little pods.
cabbage | vegetable | green | mild | field | Cabbages have many leaves.
pumpkin | vegetable | orange | mild | field | Pumpkins can grow very big.
pepper | vegetable | red | fresh | garden | Peppers can be red, green or yellow.
bread | food | brown | mild | bakery | Bread is made from flour and water.
cheese | food | yellow | salty | dairy | Cheese is made from milk.
butter | food | yellow | creamy | dairy | Butter is made from cream.
milk | drink | white | mild | dairy | Milk makes your bones strong.
honey | food | gold | sweet | hive | Honey is made by bees.
chocolate | treat | brown | sweet | factory | Chocolate is made from cocoa beans.
cake | treat | white | sweet | bakery | Cake is baked for birthdays.
soup | meal | orange | salty | kitchen | Soup keeps you warm on cold days.
rice | grain | white | mild | field | Rice is eaten all over the world.
salt | seasoning | white | salty | sea | Salt makes food tasty.
sugar | seasoning | white | sweet | field | Sugar makes food sweet.
tea | drink | brown | bitter | hill | Tea is made with hot water and leaves.
coffee | drink | black | bitter | hill | Coffee helps people wake up.
""",
    "x", "kind", "colour", "taste", "source", "remark",
)

# name | colour | one sentence, for things that are unique or uncountable
NATURE = table(
    """
the sky | blue | The sky is the air above us.
grass | green | Grass is a plant that covers fields.
snow | white | Snow is soft frozen water that falls in winter.
the sun | yellow | The sun is a star that gives us light and heat.
the moon | grey | The moon goes around the earth and shines at night.
the sea | blue | The sea is a huge body of salt water.
blood | red | Blood carries food and air around the body.
coal | black | Coal is a black rock that can burn.
gold | yellow | Gold is a shiny metal that costs a lot.
sand | yellow | Sand is made of tiny bits of rock.
mud | brown | Mud is wet soil.
fire | orange | Fire is hot and gives light.
ice | clear | Ice is frozen water.
the night | black | The night is the dark part of the day.
a cloud | white | A cloud is made of tiny drops of water.
a rose | red | A rose is a flower with a sweet smell.
a sunflower | yellow | A sunflower is a tall flower that turns to the sun.
a violet | purple | A violet is a small flower.
a leaf | green | A leaf is the part of a plant that drinks sunlight.
a tree | green | A tree is a tall plant with a trunk and leaves.
a forest | green | A forest is a place with many trees.
a river | blue | A river is water that runs to the sea.
a lake | blue | A lake is still water with land all around it.
a mountain | grey | A mountain is very high land.
a desert | yellow | A desert is a dry place with little rain.
an island | green | An island is land with water all around it.
a star | white | A star is a ball of hot gas far away.
""",
    "x", "colour", "remark",
)

# job | what they do | where they work | what they use
JOBS = table(
    """
baker | bakes bread | bakery | oven
teacher | helps children learn | school | book
doctor | helps sick people | hospital | stethoscope
nurse | cares for sick people | hospital | bandage
farmer | grows food | farm | tractor
cook | makes meals | kitchen | pan
painter | paints pictures | studio | brush
carpenter | makes things from wood | workshop | saw
sailor | works at sea | ship | compass
pilot | flies planes | airport | plane
driver | drives a bus | street | bus
firefighter | puts out fires | fire station | hose
singer | sings songs | stage | microphone
writer | writes books | desk | pen
gardener | looks after plants | garden | spade
dentist | looks after teeth | clinic | drill
tailor | makes clothes | shop | needle
fisher | catches fish | boat | net
vet | helps sick animals | clinic | bandage
luthier | makes guitars and violins | workshop | chisel
pirate | looks for treasure | ship | map
librarian | looks after books | library | computer
postman | brings letters | street | bag
astronaut | flies into space | rocket | space suit
""",
    "x", "does", "place", "uses",
)

# part of the body | what you do with it | how many
BODY = table(
    """
eye | see | two
ear | hear | two
nose | smell | one
tongue | taste | one
hand | hold things | two
foot | stand | two
leg | walk | two
tooth | chew food | thirty-two
finger | touch things | ten
brain | think | one
heart | pump blood | one
mouth | speak | one
lung | breathe | two
knee | bend the leg | two
arm | lift things | two
""",
    "x", "does", "count",
)
