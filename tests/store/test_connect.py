async def test_a(db): 
    async with db.reading() as c: assert await c.fetchval("select count(*) from line")==0
async def test_b(db): pass
async def test_c(db): pass
async def test_d(db): pass
