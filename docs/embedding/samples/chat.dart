// Flutter: the chat as a page. Needs webview_flutter 4 and url_launcher.
import 'dart:convert';
import 'dart:typed_data';

import 'package:flutter/material.dart';
import 'package:url_launcher/url_launcher.dart';
import 'package:webview_flutter/webview_flutter.dart';

final _page = Uri.parse('https://chat.example.com/c/shop?header=0');

class ChatPage extends StatefulWidget {
  const ChatPage({super.key, this.identity});

  /// From your backend, for the user who is signed in; null for somebody who is not.
  final String? identity;

  @override
  State<ChatPage> createState() => _ChatPageState();
}

class _ChatPageState extends State<ChatPage> with WidgetsBindingObserver {
  String _title = '';

  late final WebViewController _web = WebViewController()
    ..setJavaScriptMode(JavaScriptMode.unrestricted)
    ..addJavaScriptChannel('supportHost', onMessageReceived: (m) => _hear(jsonDecode(m.message) as Map<String, dynamic>))
    ..setNavigationDelegate(NavigationDelegate(onNavigationRequest: (request) {
      final url = Uri.parse(request.url);
      if (!request.isMainFrame || url.host == _page.host) return NavigationDecision.navigate;
      launchUrl(url);
      return NavigationDecision.prevent;
    }));

  @override
  void initState() {
    super.initState();
    WidgetsBinding.instance.addObserver(this);
    final identity = widget.identity;
    if (identity == null) {
      _web.loadRequest(_page);
    } else {
      _web.loadRequest(_page, // in the body: an address is written down everywhere
          method: LoadRequestMethod.post,
          headers: {'Content-Type': 'application/x-www-form-urlencoded'},
          body: Uint8List.fromList(utf8.encode('identity=$identity')));
    }
  }

  void _say(String op, [Map<String, Object?> more = const {}]) =>
      _web.runJavaScript('window.UniqueSupportHost?.receive(${jsonEncode({'support': 1, 'op': op, ...more})})');

  void _hear(Map<String, dynamic> m) {
    final op = m['op'];
    if (op == 'hello') _say('hello', {'can': ['open', 'close']});
    if (op == 'title') setState(() => _title = m['text'] as String);
    if (op == 'open' && m['url'] != null) launchUrl(Uri.parse(m['url'] as String), mode: LaunchMode.externalApplication);
    if (op == 'close' || (op == 'back' && m['handled'] == false)) Navigator.of(context).pop();
  }

  @override
  void didChangeAppLifecycleState(AppLifecycleState state) => _say(state == AppLifecycleState.resumed ? 'resume' : 'pause');

  @override
  void dispose() {
    WidgetsBinding.instance.removeObserver(this);
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => PopScope(
      canPop: false,
      onPopInvokedWithResult: (popped, _) => popped ? null : _say('back'),
      child: Scaffold(appBar: AppBar(title: Text(_title)), body: WebViewWidget(controller: _web)));
}
