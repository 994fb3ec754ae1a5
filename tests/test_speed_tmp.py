import sys, time, random
sys.path.insert(0, '.')
import pytest
def test_speed(app, workspace):
    from tests.domain.fairness import crowd
    from app.domain.fairness import audits, saying, tables
    from app.extensions import db
    r = random.Random(1)
    p = crowd.program(workspace, accent=["a","b","c","d"], age=["1","2","3","4","5"], gender=["f","m","x","-"])
    many = int(__import__('os').environ.get('MANY','10000'))
    t=time.time()
    crowd.voices(p, many, lambda i: {"accent": r.choice("abcd"), "age": r.choice("12345"), "gender": r.choices("fmx-",[48,48,1,3])[0]}, highlighted=lambda i: r.random()<.5, wrong=lambda i: r.randint(0,4) if i%10==0 else None, kind=lambda i: r.choice(["video","audio","text"]))
    print('made', time.time()-t); t=time.time()
    import cProfile, pstats
    pr=cProfile.Profile(); pr.enable()
    row=audits.make(p,"clock"); db.session.commit()
    pr.disable(); print('first', time.time()-t)
    pstats.Stats(pr).sort_stats('cumtime').print_stats(22)
    t=time.time(); row=audits.make(p,"clock"); db.session.commit(); print('second', time.time()-t)
    for l in list(saying.lines(tables.read(row.tables), 10))[:60]: print(l)
    print(row.verdict, row.notes)
