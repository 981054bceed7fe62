using Im.Core.Kinds;
using Im.Core.Search;
using static Im.Tests.Messages.StoreFixture;

namespace Im.Tests.Messages;

/// <summary>What is found does not depend on the database's locale, nor on who provides it.</summary>
public sealed class SearchLocaleTests
{
    private static readonly (string Text, string Query)[] Said =
    [
        ("the Quick brown fox", "QUICK"), ("明天去北京大学，下午回来", "北京"), ("東京でﾗｰﾒﾝを食べた", "ラーメン"), ("내일 서울에서 만나요", "서울"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ，ｃａｆé", "full cafe"), ("Ο ΟΔΥΣΣΕΥΣ", "οδυσσευς"), ("สวัสดีครับ", "สวัสดี"), ("Straße, İzmir", "izmir"), ("👍🏽 agreed", "👍"),
    ];

    [Theory, InlineData("LOCALE_PROVIDER libc LOCALE 'C'"), InlineData("LOCALE_PROVIDER libc LOCALE 'C.UTF-8'"), InlineData("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'")]
    public async Task The_same_is_found_on_every_locale(string locale)
    {
        var store = new StoreFixture { DatabaseOptions = $"TEMPLATE template0 ENCODING 'UTF8' {locale}" };
        await store.InitializeAsync();
        try
        {
            var (jenny, tom) = (await store.AddUserAsync(), await store.AddUserAsync());
            foreach (var (text, _) in Said)
                await store.One.Messages.AppendAsync(Direct(jenny, tom, text));
            Assert.Equal(Said.Length, await store.One.Index.IndexAsync(default));
            foreach (var (text, query) in Said)
                Assert.Equal(text, Assert.Single(await FindAsync(query)).Text);
            // An edit opens what the index has of it, by the trigger.
            var edit = Direct(jenny, tom, "去上海") with { Kind = new EditKind(), Target = 2 };
            await store.One.Messages.AppendAsync(edit with { Content = edit.Content with { Slot = "" } });
            Assert.Empty(await FindAsync("北京"));
            await store.One.Index.IndexAsync(default);
            Assert.Equal("去上海", Assert.Single(await FindAsync("上海")).Text);

            async Task<IReadOnlyList<Im.Protocol.SearchHit>> FindAsync(string query) => (await store.One.Search.SearchAsync(tom.Id, new(SearchTerms.Parse(query), 20))).Hits;
        }
        finally
        {
            await store.DisposeAsync();
        }
    }
}
